/** Items that are read when they are asked for, and by what. */
type Source<Item> = Readonly<{
  length: number
  read: (index: number) => Item
  /** Keys of the items in their order, where they are known without reading them. */
  keys?: readonly string[]
}>

/** The keys of arrays that are read on demand. */
const onDemandArrays = new WeakMap<object, readonly string[] | undefined>()

/**
 * A read-only array whose items are read whenever they are asked for and held by nobody: what walks over it holds one item
 * at a time, whatever their sum. Every read makes a new item, so items are compared by what they hold.
 */
export function onDemand<Item>(source: Source<Item>): readonly Item[] {
  const { length, read, keys } = source
  const indexOf = (key: string | symbol): number | undefined =>
    typeof key === 'string' && /^\d+$/.test(key) && Number(key) < length ? Number(key) : undefined
  const array = new Proxy<Item[]>([], {
    get: (target, key) => {
      if (key === 'length') return length
      const index = indexOf(key)
      return index === undefined ? Reflect.get(target, key) : read(index)
    },
    has: (target, key) => indexOf(key) !== undefined || Reflect.has(target, key),
    ownKeys: () => [...Array.from({ length }, (_, index) => String(index)), 'length'],
    getOwnPropertyDescriptor: (target, key) => {
      const index = indexOf(key)
      if (index === undefined) return Reflect.getOwnPropertyDescriptor(target, key)
      return { value: read(index), configurable: true, enumerable: true, writable: false }
    },
    set: () => false,
    deleteProperty: () => false,
    defineProperty: () => false,
  })
  onDemandArrays.set(array, keys)
  return array
}

/** Whether the items of an array are read on demand, because there is more of them than is held in memory. */
export function isOnDemand(items: readonly unknown[]): boolean {
  return onDemandArrays.has(items)
}

/** `items.map(change)`, item by item when one is asked for if the items are read that way. Keys stay the same. */
export function mapped<Item, Made>(
  items: readonly Item[],
  change: (item: Item, index: number) => Made,
): readonly Made[] {
  if (!isOnDemand(items)) return items.map((item, index) => change(item, index))
  const keys = onDemandArrays.get(items)
  return onDemand({
    length: items.length,
    ...(keys === undefined ? {} : { keys }),
    read: (index) => {
      const [item] = items.slice(index, index + 1)
      if (item === undefined) throw new RangeError(`There is no item ${index}.`)
      return change(item, index)
    },
  })
}

/** The items at some places, in the order of the places; read on demand if the items are. */
export function picked<Item>(items: readonly Item[], places: readonly number[]): readonly Item[] {
  const read = (index: number): Item => {
    const place = places[index] ?? -1
    const [item] = items.slice(place, place + 1)
    if (item === undefined) throw new RangeError(`There is no item ${place}.`)
    return item
  }
  return isOnDemand(items) ? onDemand({ length: places.length, read }) : places.map((_, index) => read(index))
}

/** Finds items by their key; of two with one key the last is found, as in a `Map`. Holds no item that is read on demand. */
export function byKey<Item extends Readonly<{ key: string }>>(
  items: readonly Item[],
): Readonly<{ get: (key: string) => Item | undefined }> {
  if (!isOnDemand(items)) return new Map(items.map((item) => [item.key, item]))
  const places = new Map<string, number>()
  const keys = onDemandArrays.get(items) ?? Array.from(items, ({ key }) => key)
  for (const [index, key] of keys.entries()) places.set(key, index)
  return {
    get: (key) => {
      const index = places.get(key)
      return index === undefined ? undefined : items[index]
    },
  }
}

/** What the page does with JavaScript: search, filters, links into a filtered list. Without it everything is shown. */
export const SCRIPT = `
'use strict'
const lists = Array.from(document.querySelectorAll('form[data-filters]'), (form) => {
  const name = form.dataset.filters
  const section = document.getElementById(name)
  const items = Array.from(section.querySelectorAll('[data-item]'), (element) => ({ element, text: undefined }))
  const result = form.querySelector('[role=status]')
  const fields = Array.from(form.elements).filter((field) => field.name !== '' && field.type !== 'reset')
  const apply = () => {
    const wanted = fields.map((field) => ({ name: field.name, value: field.value.trim().toLowerCase() })).filter((field) => field.value !== '')
    const matches = (item) => wanted.every((field) => field.name === 'q' ? (item.text ??= item.element.textContent.toLowerCase()).includes(field.value) : item.element.dataset[field.name] === field.value)
    let shown = 0
    for (const item of items) {
      const hit = matches(item)
      if (hit) shown += 1
      item.element.classList.toggle('filtered-out', !hit)
    }
    for (const group of section.querySelectorAll('[data-group]')) {
      group.classList.toggle('filtered-out', wanted.length > 0 && group.querySelector('[data-item]:not(.filtered-out)') === null)
    }
    result.textContent = wanted.length === 0 ? '' : 'Showing ' + shown + ' of ' + items.length
    return wanted
  }
  const remember = (wanted) => {
    const query = new URLSearchParams(wanted.map((field) => [field.name, field.value])).toString()
    try { history.replaceState(null, '', query === '' ? '#' + name : '#' + name + '?' + query) } catch { /* some viewers forbid it */ }
  }
  form.hidden = false
  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', () => remember(apply()))
  form.addEventListener('reset', () => setTimeout(() => remember(apply())))
  return { name, section, form, fields, apply, holds: (element) => items.some((item) => item.element === element) }
})
const follow = () => {
  const [part, query] = location.hash.slice(1).split('?')
  let id = part
  try { id = decodeURIComponent(part) } catch { /* an address somebody typed */ }
  for (const list of lists) {
    if (list.name === id && query !== undefined) {
      const values = new URLSearchParams(query)
      for (const field of list.fields) field.value = values.get(field.name) ?? ''
      list.apply()
      list.section.scrollIntoView()
    }
  }
  const target = id === '' ? null : document.getElementById(id)
  if (target === null || query !== undefined) return
  for (let part = target.closest('details'); part !== null; part = part.parentElement.closest('details')) part.open = true
  const list = lists.find((candidate) => candidate.holds(target))
  if (list !== undefined && target.closest('.filtered-out') !== null) { for (const field of list.fields) field.value = ''; list.apply() }
  if (list === undefined && target.closest('details') === null) return
  target.scrollIntoView()
  target.focus({ preventScroll: true })
}
addEventListener('hashchange', follow)
follow()
let opened = []
addEventListener('beforeprint', () => { opened = Array.from(document.querySelectorAll('details:not([open])')); for (const details of opened) details.open = true })
addEventListener('afterprint', () => { for (const details of opened) details.open = false; opened = [] })
`

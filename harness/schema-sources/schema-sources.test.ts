import { describe, expect, it } from 'vitest'
import { GateError } from '../base/errors.ts'
import { structureComparison } from '../compare/structure/compare.ts'
import { ErpSchema } from '../model/schema.ts'
import { loadPlugIns } from '../pipeline/registry.ts'
import type { SchemaDocument } from '../ports/schema-source.ts'

/*
 * One document per format, themed around a supplier invoice, and the contract that all sources share: recognized by exactly
 * one source, valid, deterministic, equal to itself, and never silent about garbage.
 */

const OPENAPI = {
  openapi: '3.0.3',
  info: { title: 'Payables', version: '2.1' },
  paths: {
    '/bills': {
      parameters: [{ name: 'tenant', in: 'header', required: true, schema: { type: 'string' } }],
      post: {
        summary: 'Create a bill',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Bill' } } } },
        responses: {
          201: {
            description: 'Created',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Bill' } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Bill: {
        type: 'object',
        required: ['id', 'number'],
        properties: {
          id: { $ref: '#/components/schemas/Id' },
          number: { type: 'string', maxLength: 20 },
          memo: { type: 'string', nullable: true },
          secret: { type: 'string', writeOnly: true },
          lines: { type: 'array', items: { $ref: '#/components/schemas/Line' } },
        },
      },
      Id: { type: 'string', readOnly: true },
      Line: {
        oneOf: [{ $ref: '#/components/schemas/AccountLine' }, { $ref: '#/components/schemas/ItemLine' }],
        discriminator: { propertyName: 'kind' },
      },
      AccountLine: { type: 'object', properties: { kind: { enum: ['account'] }, account: { type: 'string' } } },
      ItemLine: {
        type: 'object',
        properties: { kind: { enum: ['item'] }, parent: { $ref: '#/components/schemas/Bill' } },
      },
    },
  },
}

const SWAGGER = {
  swagger: '2.0',
  info: { title: 'Payables', version: '1' },
  paths: {
    '/Bill': {
      put: {
        consumes: ['application/json'],
        parameters: [
          { name: 'body', in: 'body', schema: { $ref: '#/definitions/Bill' } },
          { name: '$top', in: 'query', type: 'integer', maximum: 100 },
        ],
        responses: { 200: { description: 'ok', schema: { $ref: '#/definitions/Bill' } } },
      },
    },
  },
  definitions: { Bill: { type: 'object', properties: { Amount: { type: 'number', 'x-nullable': true } } } },
}

const EDMX_2 = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" xmlns:sap="http://www.sap.com/Protocols/SAPData">
 <edmx:DataServices><Schema Namespace="AP" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
  <EntityType Name="Bill" sap:label="Supplier bill">
   <Key><PropertyRef Name="Bill"/></Key>
   <Property Name="Bill" Type="Edm.String" Nullable="false" MaxLength="10"/>
   <Property Name="Gross" Type="Edm.Decimal" Precision="16" Scale="3" sap:label="Gross amount"/>
   <Property Name="Posted" Type="Edm.DateTime" sap:creatable="false" sap:updatable="false"/>
   <Property Name="Company" Type="Edm.String" Nullable="false" MaxLength="4" sap:updatable="false"/>
   <NavigationProperty Name="to_Lines" Relationship="AP.lines" FromRole="bill" ToRole="line"/>
  </EntityType>
  <EntityType Name="Line"><Key><PropertyRef Name="Line"/></Key>
   <Property Name="Line" Type="Edm.String" Nullable="false" MaxLength="6"/>
   <Property Name="CostCenter" Type="Edm.String" MaxLength="10"/>
  </EntityType>
  <Association Name="lines"><End Type="AP.Bill" Multiplicity="1" Role="bill"/><End Type="AP.Line" Multiplicity="*" Role="line"/></Association>
  <EntityContainer Name="C"><EntitySet Name="Bills" EntityType="AP.Bill"/><EntitySet Name="Lines" EntityType="AP.Line" sap:creatable="false"/>
   <FunctionImport Name="Post" ReturnType="AP.Bill"><Parameter Name="Bill" Type="Edm.String" Mode="In" MaxLength="10"/></FunctionImport>
  </EntityContainer>
 </Schema></edmx:DataServices></edmx:Edmx>`

const EDMX_4 = `<?xml version="1.0"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
 <edmx:DataServices><Schema Namespace="Microsoft.NAV" Alias="NAV" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EnumType Name="status"><Member Name="Open"/><Member Name="Posted"/></EnumType>
  <ComplexType Name="address"><Property Name="street" Type="Edm.String" MaxLength="100"/></ComplexType>
  <EntityType Name="document" Abstract="true"><Property Name="id" Type="Edm.Guid" Nullable="false"/></EntityType>
  <EntityType Name="purchaseInvoice" BaseType="NAV.document"><Key><PropertyRef Name="id"/></Key>
   <Property Name="number" Type="Edm.String" MaxLength="20"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Property>
   <Property Name="status" Type="NAV.status"/><Property Name="total" Type="Edm.Decimal" Scale="variable"/>
   <Property Name="payTo" Type="NAV.address" Nullable="false"/><Property Name="tags" Type="Collection(Edm.String)"/>
   <NavigationProperty Name="lines" Type="Collection(NAV.document)"/>
  </EntityType>
  <Action Name="post" IsBound="true"><Parameter Name="it" Type="NAV.purchaseInvoice"/><Parameter Name="on" Type="Edm.Date" Nullable="false"/></Action>
  <EntityContainer Name="C"><EntitySet Name="purchaseInvoices" EntityType="NAV.purchaseInvoice"/></EntityContainer>
 </Schema></edmx:DataServices></edmx:Edmx>`

const ENDPOINT = `<?xml version="1.0" encoding="utf-8"?>
<Endpoint name="Default" version="24.200.001" xmlns="http://www.acumatica.com/entity/maintenance/5.31">
 <TopLevelEntity name="Bill" screen="AP301000"><Fields><Field name="VendorRef" type="StringValue"/><Field name="Details" type="BillLine[]"/></Fields>
  <Mappings><Mapping field="VendorRef"><To object="Document" field="InvoiceNbr"/></Mapping></Mappings></TopLevelEntity>
 <Detail name="BillLine"><Fields><Field name="Amount" type="DecimalValue"/></Fields></Detail>
</Endpoint>`

const FRAPPE = {
  docs: [
    {
      doctype: 'DocType',
      name: 'Purchase Invoice',
      fields: [
        { fieldname: 'section', fieldtype: 'Section Break' },
        { fieldname: 'supplier', fieldtype: 'Link', options: 'Supplier', reqd: 1, label: 'Supplier' },
        { fieldname: 'status', fieldtype: 'Select', options: '\nDraft\nPaid', read_only: 1 },
        { fieldname: 'rate', fieldtype: 'Currency', precision: '2' },
        { fieldname: 'items', fieldtype: 'Table', options: 'Purchase Invoice Item', reqd: 1 },
      ],
    },
    { doctype: 'Custom Field', dt: 'Purchase Invoice', fieldname: 'region', fieldtype: 'Data', label: 'Region' },
    { doctype: 'Property Setter', doc_type: 'Purchase Invoice', field_name: 'region', property: 'reqd', value: '1' },
  ],
}

const ORACLE = {
  Resources: {
    invoices: {
      attributes: [
        { name: 'InvoiceNumber', type: 'string', updatable: true, mandatory: true, precision: 50 },
        { name: 'InvoiceAmount', type: 'number', updatable: true, mandatory: false, precision: 18, scale: 2 },
        { name: 'ValidationStatus', type: 'string', updatable: false, mandatory: false },
      ],
      children: {
        invoiceLines: { attributes: [{ name: 'LineNumber', type: 'integer', updatable: true, mandatory: true }] },
      },
    },
  },
}

const ODOO = {
  product: 'odoo',
  release: '17.0',
  models: {
    'account.move': {
      ref: { type: 'char', string: 'Reference' },
      state: {
        type: 'selection',
        required: true,
        selection: [
          ['draft', 'Draft'],
          ['posted', 'Posted'],
        ],
        readonly: true,
      },
      partner_id: { type: 'many2one', relation: 'res.partner', required: true },
    },
  },
}

const TRYTON = { product: 'tryton', release: '7.0', models: { 'account.invoice': { reference: { type: 'char' } } } }

const JSON_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Bill',
  type: 'object',
  properties: {
    total: { $ref: '#/definitions/money' },
    pair: { type: 'array', items: [{ type: 'string' }], additionalItems: false },
    self: { $ref: '#' },
  },
  dependencies: { total: ['currency'], pair: { required: ['self'] } },
  definitions: { money: { type: 'number', minimum: 0, exclusiveMinimum: true } },
}

const SNAPSHOT = {
  format: 'erp-change-gate/schema',
  version: 1,
  source: { kind: 'tryton-fields-get', inferred: false },
  resources: { Bill: { send: { type: 'object' } } },
  definitions: {},
}

const RECORDING = [
  { format: 'erp-change-gate/recording', version: 1, erp: { product: 'homemade', release: '3' } },
  {
    seq: 1,
    request: { method: 'POST', path: '/bills', body: { json: { number: 'B-1', total: '10.50', date: '2026-03-15' } } },
    response: { status: 201, body: { json: { id: 7, number: 'B-1' } } },
  },
  {
    seq: 2,
    request: {
      method: 'POST',
      path: '/bills',
      body: { json: { number: 'B-2', total: '9.00', date: '2026-03-16', memo: null } },
    },
    response: { status: 201, body: { json: { id: 8, number: 'B-2' } } },
  },
  { seq: 3, request: { method: 'GET', path: '/bills/7' }, response: { status: 200, body: { json: { id: 7 } } } },
]
  .map((line) => JSON.stringify(line))
  .join('\n')

const DOCUMENTS: readonly (readonly [string, string])[] = [
  ['acumatica-endpoint', ENDPOINT],
  ['erp-schema', JSON.stringify(SNAPSHOT)],
  ['frappe-doctype', JSON.stringify(FRAPPE)],
  ['json-schema', JSON.stringify(JSON_SCHEMA)],
  ['odata-edmx', EDMX_2],
  ['odata-edmx', EDMX_4],
  ['odoo-fields-get', JSON.stringify(ODOO)],
  ['openapi', JSON.stringify(OPENAPI)],
  ['openapi', JSON.stringify(SWAGGER)],
  [
    'openapi',
    'openapi: 3.1.0\ninfo: {title: Payables, version: "1"}\npaths:\n  /bills:\n    get:\n      responses:\n        "200":\n          content:\n            application/json:\n              schema: {type: [object, "null"]}\n',
  ],
  ['oracle-describe', JSON.stringify(ORACLE)],
  ['recorded-traffic', RECORDING],
  ['tryton-fields-get', JSON.stringify(TRYTON)],
]

const sources = await loadPlugIns('schema-sources')

function read(text: string, name = 'bill.json'): ErpSchema {
  const document = { name, text }
  const source = [...sources.values()].find((entry) => entry.recognizes(document))
  if (source === undefined) throw new Error('nobody knows this format')
  return source.read(document)
}

describe('every schema source', () => {
  it('has a document here', () => {
    expect([...new Set(DOCUMENTS.map(([id]) => id))]).toEqual([...sources.keys()])
  })

  it.each(DOCUMENTS)('%s alone recognizes its document', (id, text) => {
    const known = [...sources].filter(([, source]) => source.recognizes({ name: 'x', text })).map(([name]) => name)
    expect(known).toEqual([id])
  })

  it.each(DOCUMENTS)('%s reads a valid schema, the same every time, equal to itself', (_id, text) => {
    const schema = ErpSchema.parse(read(text))
    expect(Object.keys(schema.resources).length).toBeGreaterThan(0)
    expect(JSON.stringify(read(text))).toBe(JSON.stringify(read(text)))
    expect(structureComparison(schema, read(text)).differences).toEqual([])
  })

  it.each(DOCUMENTS)('%s answers a cut document with an error that names it, or reads what is whole', (_id, text) => {
    for (const share of [0.2, 0.5, 0.8, 0.97]) {
      const document = { name: 'cut.json', text: text.slice(0, Math.floor(text.length * share)) }
      for (const source of sources.values()) {
        if (!source.recognizes(document)) continue
        try {
          ErpSchema.parse(source.read(document))
        } catch (error) {
          expect(error).toBeInstanceOf(GateError)
          expect(String(error)).toContain('cut.json')
        }
      }
    }
  })
})

describe('what the sources make of it', () => {
  const rows: readonly (readonly [string, string, string, object])[] = [
    [
      'a read-only field is not sent',
      JSON.stringify(OPENAPI),
      'definitions',
      { 'Bill (sent)': { required: ['number'], 'x-read-only-names': ['id'] } },
    ],
    [
      'nullable is a type',
      JSON.stringify(OPENAPI),
      'definitions',
      { Bill: { properties: { memo: { type: ['string', 'null'] } } } },
    ],
    [
      'a discriminator decides the branch',
      JSON.stringify(OPENAPI),
      'definitions',
      { Line: { 'x-discriminator': 'kind', anyOf: [{}, {}] } },
    ],
    [
      'parameters are a record of their own',
      JSON.stringify(OPENAPI),
      'resources',
      { 'POST /bills (parameters)': { send: { required: ['header: tenant'] } } },
    ],
    [
      'Swagger bodies and parameters',
      JSON.stringify(SWAGGER),
      'resources',
      { 'PUT /Bill (parameters)': { send: { properties: { $top: { type: 'integer', maximum: 100 } } } } },
    ],
    [
      'old bounds, tuples and dependencies',
      JSON.stringify(JSON_SCHEMA),
      'resources',
      {
        Bill: {
          send: {
            properties: {
              pair: { prefixItems: [{ type: 'string' }], items: false },
              self: { $ref: '#/definitions/# (sent)' },
            },
            dependentRequired: { total: ['currency'] },
            dependentSchemas: { pair: { required: ['self'] } },
          },
        },
      },
    ],
    [
      'an operation says whether it must be given a body, at its own place or where it refers to',
      JSON.stringify({
        openapi: '3.0.3',
        paths: {
          '/bills': { post: { requestBody: { required: true, content: {} } }, get: {} },
          '/bills/approve': { post: { requestBody: { $ref: '#/components/requestBodies/Approval' } } },
          '/bills/void': { post: { requestBody: { content: {} } } },
        },
        components: { requestBodies: { Approval: { required: true, content: {} } } },
      }),
      'resources',
      {
        'POST /bills': { bodyRequired: true },
        'GET /bills': { position: '/paths/~1bills/get' },
        'POST /bills/approve': { bodyRequired: true },
        'POST /bills/void': { bodyRequired: false },
      },
    ],
    [
      'and so do those of Swagger 2, by the body or by a field of the form',
      JSON.stringify({
        swagger: '2.0',
        paths: {
          '/bills': { post: { parameters: [{ in: 'body', name: 'bill', required: true, schema: {} }] } },
          '/bills/void': { post: { parameters: [{ in: 'body', name: 'why', schema: {} }] } },
          '/files': { post: { parameters: [{ in: 'formData', name: 'file', type: 'file', required: true }] } },
          '/notes': { post: { parameters: [{ in: 'formData', name: 'note', type: 'string' }] } },
        },
      }),
      'resources',
      {
        'POST /bills': { bodyRequired: true },
        'POST /bills/void': { bodyRequired: false },
        'POST /files': { bodyRequired: true },
        'POST /notes': { bodyRequired: false },
      },
    ],
    [
      'read-only and write-only fields of a JSON Schema',
      JSON.stringify({
        ...JSON_SCHEMA,
        required: ['number', 'portalPassword'],
        properties: {
          number: { type: 'string', readOnly: true },
          portalPassword: { $ref: '#/definitions/secret' },
        },
        definitions: { secret: { type: 'string', writeOnly: true } },
      }),
      'resources',
      {
        Bill: {
          send: { required: ['portalPassword'], 'x-read-only-names': ['number'] },
          read: { required: ['number'], properties: { number: { type: 'string' } } },
        },
      },
    ],
    [
      'old exclusive bounds',
      JSON.stringify(JSON_SCHEMA),
      'definitions',
      { money: { type: 'number', exclusiveMinimum: 0 } },
    ],
    [
      'SAP annotations',
      EDMX_2,
      'definitions',
      {
        'AP.Bill (sent)': {
          required: ['Company'],
          'x-read-only-names': ['Posted'],
          properties: { Company: { 'x-create-only': true } },
        },
        'AP.Bill': {
          properties: {
            Gross: { 'x-precision': 16, 'x-scale': 3, format: 'decimal' },
            to_Lines: { type: 'array', items: { $ref: '#/definitions/AP.Line' } },
          },
        },
      },
    ],
    ['functions', EDMX_2, 'resources', { 'Post (function)': { read: { $ref: '#/definitions/AP.Bill' } } }],
    [
      'inheritance, enums and complex types',
      EDMX_4,
      'definitions',
      {
        'Microsoft.NAV.purchaseInvoice (sent)': {
          allOf: [
            { $ref: '#/definitions/Microsoft.NAV.document (sent)' },
            {
              required: ['payTo'],
              'x-read-only-names': ['number'],
              properties: { status: { enum: ['Open', 'Posted', null] }, total: { 'x-scale': null } },
            },
          ],
        },
      },
    ],
    ['bound actions', EDMX_4, 'resources', { 'post (action of NAV.purchaseInvoice)': { send: { required: ['on'] } } }],
    [
      'internal fields',
      ENDPOINT,
      'resources',
      { Bill: { send: { properties: { VendorRef: { 'x-maps-to': 'Document.InvoiceNbr' } } } } },
    ],
    [
      'custom fields and property setters',
      JSON.stringify(FRAPPE),
      'resources',
      {
        'Purchase Invoice': { send: { required: ['items', 'region', 'supplier'], 'x-read-only-names': ['status'] } },
      },
    ],
    [
      'child resources',
      JSON.stringify(ORACLE),
      'resources',
      {
        invoices: {
          send: {
            required: ['InvoiceNumber'],
            'x-read-only-names': ['ValidationStatus'],
            properties: { invoiceLines: { 'x-relation': 'invoices/invoiceLines' } },
          },
        },
        'invoices/invoiceLines': { send: { required: ['LineNumber'] } },
      },
    ],
    [
      'Odoo relations',
      JSON.stringify(ODOO),
      'resources',
      {
        'account.move': {
          send: { required: ['partner_id'], properties: { partner_id: { 'x-relation': 'res.partner' } } },
        },
      },
    ],
    [
      'recorded traffic',
      RECORDING,
      'resources',
      {
        'POST /bills': {
          send: {
            required: ['date', 'number', 'total'],
            properties: { total: { type: 'string', format: 'decimal' }, date: { format: 'date' } },
          },
          read: { required: ['id', 'number'] },
        },
        'GET /bills/{}': { read: { properties: { id: { type: 'integer' } } } },
      },
    ],
  ]
  it.each(rows)('%s', (_name, text, part, expected) => {
    const schema = read(text)
    expect(part === 'definitions' ? schema.definitions : schema.resources).toMatchObject(expected)
  })

  it('reads documents that refer to each other in circles', () => {
    const files: Readonly<Record<string, string>> = {
      'bill.json':
        '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"lines":{"items":{"$ref":"line.json"}}}}',
      'line.json': '{"properties":{"bill":{"$ref":"bill.json"},"account":{"$ref":"bill.json#/properties/lines"}}}',
    }
    const open = (name: string): SchemaDocument => ({
      name,
      text: files[name] ?? '',
      resolve: (reference) => open(reference),
    })
    const source = sources.get('json-schema')
    const schema = source?.read(open('bill.json'))
    expect(Object.keys(schema?.definitions ?? {}).filter((name) => !name.endsWith(' (sent)'))).toEqual([
      '#',
      'line.json##',
      'properties/lines',
    ])
  })
})

describe('hostile documents', () => {
  const deepJson = `${'{"not":'.repeat(10_000)}true${'}'.repeat(10_000)}`
  const bomb = `openapi: 3.0.0\na: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`)
    .join('\n')}\n`
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [
      'nesting of 10,000 levels',
      `{"$schema":"http://json-schema.org/draft-07/schema#","not":${deepJson}}`,
      /400 levels/,
    ],
    [
      'YAML flow nesting of 10,000 levels',
      `openapi: 3.0.0\npaths: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
      /nested|deep/,
    ],
    ['an alias bomb', bomb, /alias/i],
    ['a custom tag', 'openapi: 3.0.0\npaths: !!js/function "x"\n', /paths|schemas|Unresolved/],
    ['a repeated key', 'openapi: 3.0.0\npaths: {}\npaths: {}\n', /line 3/],
    [
      'an XML document type',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><edmx:Edmx Version="4.0"></edmx:Edmx>',
      /document type/,
    ],
    ['XML nesting', `<Edmx>${'<a>'.repeat(10_000)}`, /400 levels/],
    ['XML that is cut', '<Edmx Version="4.0"><DataServices><Schema', /bill\.json/],
    [
      'a reference into nothing',
      '{"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"$ref":"#/components/responses/none"}}}}}}',
      /leads nowhere/,
    ],
    [
      'a schema that is a list',
      '{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":[]}}',
      /\/properties\/a/,
    ],
    ['an error page', '{"openapi":"3.0.0","error":"unauthorized"}', /neither operations nor schemas/],
  ]
  it.each(rows)('%s ends in a clear error, quickly', (_name, text, message) => {
    const start = performance.now()
    expect(() => read(text)).toThrow(message)
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('never fetches: a remote reference is unknown, and the comparison says so', () => {
    const text = (limit: number) =>
      JSON.stringify({
        $schema: 'http://json-schema.org/draft-07/schema#',
        title: 'Bill',
        properties: { a: { $ref: 'http://localhost:1/x.json' }, b: { maxLength: limit } },
      })
    const effects = structureComparison(read(text(5)), read(text(5))).differences.map(({ effect }) => effect)
    expect(effects).toContain('unknown')
  })

  it('keeps fields with names of the prototype', () => {
    const text =
      '{"$schema":"http://json-schema.org/draft-07/schema#","title":"Bill","properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}'
    const send = read(text).resources.Bill?.send
    expect(Object.keys(typeof send === 'object' ? (send.properties as object) : {})).toEqual([
      '__proto__',
      'constructor',
    ])
  })
})

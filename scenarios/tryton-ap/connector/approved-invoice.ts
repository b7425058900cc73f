/** An invoice as accounts payable approved it. Amounts and quantities are decimal strings; those of a credit note are negative. */
export interface ApprovedInvoice {
  id: string
  type: 'invoice' | 'credit-note'
  supplierCode: string
  supplierName: string
  reference: string
  invoiceDate: string
  currency: string
  paymentTerm: string
  description: string
  comment: string
  lines: ApprovedLine[]
  net: string
  tax: string
  gross: string
  /** A person looked at the other invoice with this reference and approved this one all the same. */
  duplicateConfirmed?: boolean
  /** Voided after approval: the ERP gets the invoice and its cancellation, so that both sides show the same documents. */
  void?: boolean
}

export interface ApprovedLine {
  text: string
  account: string
  quantity: string
  unitPrice: string
  tax: string
  department: string
  project?: string
  net: string
}

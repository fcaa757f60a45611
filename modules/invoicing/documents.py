def invoice_pdf(invoice, language):
    return b""

def receipt_pdf(receipt, language):
    return b""

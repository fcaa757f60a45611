// Listens on the page, since lists are swapped while people type.
document.addEventListener("change", ({ target }) => {
    if (!target.matches(".rb-all")) return;
    for (const box of target.closest("table").querySelectorAll("[name=pk]")) box.checked = target.checked;
});
// A key of the dialog of shortcuts that means the row in focus: it follows that row's own link.
document.addEventListener("click", ({ target }) => {
    const link = target.dataset?.rbPress && document.activeElement.closest("tr")?.querySelector(target.dataset.rbPress);
    link?.click();
});

// Shows how far a job is, each two seconds, and the whole page again once it has ended.
(() => {
    const box = document.querySelector("[data-job]");
    if (!box) return;
    let last;
    const look = async () => {
        try {
            const answer = await fetch(box.dataset.job);
            const text = await answer.text();
            if (answer.ok && !answer.redirected && text !== last) box.innerHTML = last = text;
        } catch {
            // The network may come back.
        }
        if (box.querySelector("[data-ended]")) location.reload();
        else setTimeout(look, 2000);
    };
    setTimeout(look, 2000);
})();

// Nothing here is needed: every page works without it. It makes a few things quicker.
"use strict";

(() => {
  const leave = () => {
    // Hide first: the next page may take a moment, and somebody may be looking now.
    document.documentElement.classList.add("leaving");
    document.title = "";
    // Not in the history, so the back button does not come back here.
    window.location.replace("/leave/");
  };

  const onLeaveClick = (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-leave]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    leave();
  };

  // Shift, three times within five seconds, and no other key between.
  let presses = [];
  const onKey = (event) => {
    if (event.key !== "Shift") presses = [];
    else if (!event.repeat) presses = [...presses, event.timeStamp].filter((at) => event.timeStamp - at <= 5000);
    if (presses.length >= 3) leave();
  };

  // Their time zone as the browser knows it, where the page asks and nobody has answered yet.
  const fillTimeZone = () => {
    const field = document.querySelector("select[data-guess-time-zone]");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (field && zone && [...field.options].some((option) => option.value === zone)) field.value = zone;
  };

  // Ready words: what is changed goes straight into the links, and can be copied. Nothing is sent from here.
  const readyWords = () => document.querySelector("textarea[data-ready-words]");
  const fillLinks = () => {
    for (const link of document.querySelectorAll("a[data-words-to]")) {
      const turn = link.dataset.wordsTo.startsWith("mailto:") ? "\r\n" : "\n";
      link.href = link.dataset.wordsTo + encodeURIComponent(readyWords().value.trim().replace(/\r?\n/g, turn));
    }
  };
  const prepareWords = () => {
    const copy = document.querySelector("[data-words-copy]");
    if (!readyWords() || !copy) return;
    document.querySelector("[data-words-apply]").hidden = true;
    readyWords().addEventListener("input", fillLinks);
    fillLinks();
    copy.hidden = !navigator.clipboard;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(readyWords().value);
      document.querySelector("[data-words-copied]").hidden = false;
    });
  };

  // An address that is longer than its field.
  const prepareCopying = () => {
    const copy = document.querySelector("[data-copy]");
    if (!copy || !navigator.clipboard) return;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector("input[readonly]").value);
      document.querySelector("[data-copied]").hidden = false;
    });
  };

  // A button that only a script can give a meaning to.
  const preparePrinting = () => {
    const button = document.querySelector("[data-print]");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  };

  // What a newer request overtakes is no error; htmx would write it to the console as one, from these details.
  const forgetOvertaken = ({ detail }) => {
    const { xhr } = detail;
    const tidy = xhr.onabort;
    xhr.onabort = (event) => {
      detail.error = "";
      tidy?.call(xhr, event);
    };
  };

  // Filters that come back with new counts stay unfolded, or folded, as they were.
  const keepFolds = ({ detail }) => {
    const before = detail.target.querySelector("details");
    const after = detail.fragment.querySelector("details");
    if (before && after) after.open = before.open;
  };

  document.addEventListener("htmx:oobBeforeSwap", keepFolds);
  document.addEventListener("htmx:beforeRequest", forgetOvertaken);
  document.addEventListener("click", onLeaveClick);
  document.addEventListener("keydown", onKey);
  fillTimeZone();
  prepareWords();
  prepareCopying();
  preparePrinting();
  // Coming back with the back button shows the page afresh, not as it was left.
  window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
})();

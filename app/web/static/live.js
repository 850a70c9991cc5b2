// Renews the marked parts of a page every few seconds, and adds keys and a sound to the worklist.
// Everything works without it: pages are plain HTML and forms.
(() => {
  "use strict";
  const holder = document.querySelector("[data-live]");
  if (!holder) return;
  const status = document.getElementById("live-status");
  const every = Number(holder.dataset.every) * 1000;
  const idle = Number(holder.dataset.idle || 0) * 1000;
  const title = document.title;
  const chosen = (name) => {
    const box = document.querySelector(`[data-choice="${name}"]`);
    return Boolean(box && box.checked);
  };
  let active = Date.now();
  let red = null;
  let audio = null;

  const say = (text, bad) => {
    if (!status || (status.textContent === text && !status.hidden)) return;
    status.textContent = text;
    status.hidden = !text;
    status.classList.toggle("bad", bad);
  };

  const beep = () => {
    if (!audio) return;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = 740;
    gain.gain.setValueAtTime(0.2, audio.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.connect(gain).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  };

  const badge = () => {
    const part = document.querySelector("[data-red]");
    if (!part) return;
    const now = Number(part.dataset.red);
    if (red !== null && now > red && chosen("sound")) beep();
    red = now;
    document.title = now ? `(${now} red) ${title}` : title;
  };

  const renew = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const part of document.querySelectorAll("[data-live-part]")) {
      const other = fresh.getElementById(part.id);
      if (!other || other.innerHTML === part.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.innerHTML = other.innerHTML;
      if ("red" in other.dataset) part.dataset.red = other.dataset.red;
      if (focused) document.getElementById(focused)?.focus();
    }
    for (const count of fresh.querySelectorAll("template[data-count]")) {
      const shown = document.querySelector(`.count[data-count="${count.dataset.count}"]`);
      if (shown) shown.textContent = count.innerHTML;
    }
    badge();
  };

  const look = async () => {
    if (document.hidden && !chosen("sound")) return;
    // A list that nobody looks at must not keep somebody signed in.
    if (idle && Date.now() - active > idle) return say("Paused: move the pointer or press a key to go on.", true);
    try {
      const answer = await fetch(holder.dataset.live, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
      if (answer.status === 401) return say("You are signed out. Reload this page to sign in again.", true);
      if (!answer.ok) throw new Error(String(answer.status));
      renew(await answer.text());
      say("Live", false);
    } catch {
      say("No connection: what you see may be old. Trying again.", true);
    }
  };

  const wake = () => {
    const asleep = idle && Date.now() - active > idle;
    active = Date.now();
    if (asleep) look();
  };
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) addEventListener(kind, wake, { passive: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

  for (const box of document.querySelectorAll("[data-choice]")) {
    const key = `bedside-${box.dataset.choice}`;
    const kept = localStorage.getItem(key);
    if (kept !== null) box.checked = kept === "1";
    box.addEventListener("change", () => {
      localStorage.setItem(key, box.checked ? "1" : "0");
      if (box.dataset.choice === "sound" && box.checked) { audio = audio || new AudioContext(); beep(); }
    });
  }
  addEventListener("pointerdown", () => { if (chosen("sound")) audio = audio || new AudioContext(); }, { once: true });
  for (const part of document.querySelectorAll("[data-script-only]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-plain-only]")) part.hidden = true;

  addEventListener("keydown", (event) => {
    if (!chosen("keys") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "j" || event.key === "k") {
      const next = rows[event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
      next?.querySelector(".card-link")?.focus();
    } else if (event.key === "a" && at >= 0) {
      rows[at].querySelector("[data-take] button")?.click();
    }
  });

  badge();
  setInterval(look, every);
})();

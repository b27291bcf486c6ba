// What every page gains from scripts: times near the reader, copying, showing a password, dialogs, and
// buttons that are pressed once. Pages are complete without it.

import { announce, say } from './messages.js';

// How long a copy button says that it copied, a button may work before that is said aloud, and a form
// that was sent waits for the next page before it may be sent again.
const COPIED_MS = 2_000;
const WORKING_MS = 1_000;
const SENT_MS = 10_000;

const busy = new Set();

// Keeps a control busy while something runs; pressing it again does nothing.
export async function whileBusy(control, work) {
  if (busy.has(control)) return;
  const focused = document.activeElement === control;
  hold(control);
  control.disabled = true;
  const slow = setTimeout(announce, WORKING_MS, say('working'));
  try {
    await work();
  } finally {
    clearTimeout(slow);
    release(control);
    // A disabled control loses the focus. It comes back unless something else took it.
    if (focused && document.activeElement === document.body) control.focus();
  }
}

// Leaves for a path of this site, or loads the page anew. Never comes back, so that what is busy stays so
// until the next page.
export function leave(path = location.href, how = 'replace') {
  const to = new URL(path, location.href);
  if (to.origin !== location.origin) throw new TypeError('a redirect must stay on this site');
  if (to.pathname === location.pathname && to.search === location.search) {
    // Going to the address one is at only scrolls when it names a place in the page.
    history.replaceState(null, '', to);
    location.reload();
  } else {
    location[how](to);
  }
  return new Promise(() => {});
}

function hold(control) {
  busy.add(control);
  control.setAttribute('aria-busy', 'true');
}

function release(control) {
  busy.delete(control);
  control.removeAttribute('aria-busy');
  control.disabled = false;
}

// A second click on a form that was just sent would be refused by whatever happens once, and its
// refusal would hide that the first succeeded. Buttons stay enabled: a disabled one is not sent.
function sendOnce(event) {
  const control = event.submitter ?? event.target;
  if (event.defaultPrevented || !event.target.matches('[method="post"]:not([data-enhance], [data-fresh])')) return;
  if (busy.has(control)) return event.preventDefault();
  hold(control);
  setTimeout(release, SENT_MS, control);
}

// A browser must not remember a password as if it were text.
function concealPasswords({ target }) {
  for (const button of target.querySelectorAll('[data-toggle-password][aria-pressed="true"]')) togglePassword(button);
}

function togglePassword(button) {
  const input = document.querySelector(button.dataset.togglePassword);
  const shown = input.type === 'password';
  input.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(shown));
  labelOf(button).textContent = say(shown ? 'hide' : 'show');
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  } catch {
    // Without permission or on plain HTTP the text is selected, to be copied by hand.
    return source.select ? source.select() : getSelection().selectAllChildren(source);
  }
  const label = labelOf(button);
  if (label.textContent !== say('copied')) setTimeout(relabel, COPIED_MS, label, label.textContent);
  label.textContent = say('copied');
  announce(say('copied'));
}

function relabel(label, text) {
  label.textContent = text;
  announce('');
}

function labelOf(button) {
  return button.querySelector('span') ?? button;
}

function clicked(event) {
  const button = event.target.closest?.('[data-copy], [data-toggle-password], [data-open], [data-close]');
  if (!button) return;
  // Without scripts some of these are links or send forms.
  event.preventDefault();
  if (button.dataset.copy) copy(button);
  else if (button.dataset.togglePassword) togglePassword(button);
  else if (button.dataset.open) document.querySelector(button.dataset.open).showModal();
  else button.closest('dialog').close();
}

// Password managers send key events that know no modifiers: they say nothing about caps lock.
function hintCapsLock(event) {
  const hint = event.target.closest?.('.field')?.querySelector('[data-caps-lock]');
  if (hint && event.getModifierState) hint.hidden = !event.getModifierState('CapsLock');
}

const UNITS = Object.entries({
  year: 31_536_000, month: 2_592_000, week: 604_800, day: 86_400, hour: 3_600, minute: 60,
});
const { lang } = document.documentElement;
// A language the browser does not know keeps the server's words instead of another language's.
const known = lang && Intl.RelativeTimeFormat.supportedLocalesOf(lang).length > 0;
const now = known && new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(0, 'second');
// Numbers always: "yesterday" would be wrong for 40 hours ago as often as right.
const relative = known && new Intl.RelativeTimeFormat(lang);
const absolute = known && new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short' });

function near(then) {
  const seconds = (then - Date.now()) / 1_000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? relative.format(Math.trunc(seconds / unit[1]), unit[0]) : now;
}

function refreshTimes() {
  for (const time of document.querySelectorAll('time[data-relative]')) {
    const then = new Date(time.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    time.title = absolute.format(then);
    if (time.textContent !== near(then)) time.textContent = near(then);
  }
}

// A moment that stays absolute, such as the end of a link, in the reader's own zone.
function showMoments() {
  for (const time of document.querySelectorAll('time:not([data-relative])')) {
    const then = new Date(time.dateTime);
    if (!Number.isNaN(then.getTime())) time.textContent = absolute.format(then);
  }
}

if (known) {
  showMoments();
  refreshTimes();
  setInterval(refreshTimes, 60_000);
}
// What the server says went wrong is read first; an alert that is there from the start is not announced.
document.querySelector('#alert:not([hidden])')?.focus();
document.addEventListener('click', clicked);
document.addEventListener('keydown', hintCapsLock);
document.addEventListener('keyup', hintCapsLock);
document.addEventListener('submit', concealPasswords);
document.addEventListener('submit', sendOnce);
// A page that comes back from the browser's memory is busy with nothing.
addEventListener('pageshow', ({ persisted }) => persisted && busy.forEach(release));

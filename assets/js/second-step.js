// The second step: one button, pressed by itself once when the page may.

import { leave, whileBusy } from './base.js';
import { post } from './http.js';
import { clear, tell } from './messages.js';
import { get, onceMore } from './passkey.js';

const { api, base } = document.body.dataset;
const door = `${base}/login`;
const button = document.querySelector('[data-passkey="second-step"]');

// After these there is nothing to finish any more, only something to start again.
const OVER = ['no_pending_login', 'too_many_attempts'];
let over = false;

async function prove() {
  const credential = await get(`${api}/2fa/webauthn/begin`);
  const answer = await post(`${api}/2fa/webauthn/finish`, credential);
  await leave(answer.redirect);
}

async function pressed() {
  clear();
  try {
    await onceMore(prove);
  } catch (problem) {
    told(problem);
  }
}

// Nobody pressed anything, so a browser that refuses to ask by itself is not worth a word.
async function byItself() {
  if (document.querySelector('#alert:not([hidden])')) return;
  try {
    await onceMore(prove);
  } catch (problem) {
    if (problem.code !== 'cancelled') told(problem);
  }
}

function told(problem) {
  tell(problem);
  over = OVER.includes(problem.code);
  if (over) offerSignIn();
}

// The page's own link to the sign-in page takes the button's place. Without one the button leads there.
function offerSignIn() {
  const link = document.querySelector(`main a[href="${door}"]`);
  if (!link) return;
  link.hidden = false;
  button.hidden = true;
}

if (button) {
  button.addEventListener('click', () => (over ? location.assign(door) : whileBusy(button, pressed)));
  const start = () => whileBusy(button, byItself);
  if (document.hasFocus()) start();
  else addEventListener('focus', start, { once: true });
}

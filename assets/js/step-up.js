// Fresh proof before a change: a dialog that continues what was begun, or the page that leads back to it.

import { leave, whileBusy } from './base.js';
import { Problem, post } from './http.js';
import { clear, tell } from './messages.js';
import { cancel, get, onceMore } from './passkey.js';

const { profileApi } = document.body.dataset;
const dialog = document.querySelector('dialog#step-up');
const page = document.querySelector('form#confirm');
const place = dialog ?? page;
const button = place?.querySelector('button[data-step-up="passkey"]');
const form = dialog?.querySelector('form[data-step-up="password"]');
const PROVED = 'proved';

// Runs a change; when the server wants fresh proof first, asks for it and runs the change again.
export async function withProof(change) {
  try {
    return await change();
  } catch (problem) {
    const methods = problem.body?.methods ?? [];
    if (problem.code !== 'fresh_proof_required' || !dialog || !methods.length) throw problem;
    await prove(methods);
    return change();
  }
}

// Opens the dialog with the methods this account has. Closing it without proof is cancelling.
export function prove(methods) {
  // `data-step-up` names what a part needs: a divider between both needs both.
  for (const part of dialog.querySelectorAll('[data-step-up]')) {
    part.hidden = !part.dataset.stepUp.split(' ').every((each) => methods.includes(each));
  }
  clear(dialog);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener('close', () => {
      cancel();
      form?.reset();
      if (dialog.returnValue === PROVED) resolve();
      else reject(new Problem('cancelled'));
    }, { once: true });
  });
}

async function byPasskey() {
  const credential = await get(`${profileApi}/step-up/passkey/begin`);
  await post(`${profileApi}/step-up/passkey/finish`, credential);
}

function byPassword() {
  return post(`${profileApi}/step-up/password`, { password: form.elements.namedItem('password').value });
}

async function attempt(method) {
  clear(place);
  try {
    await method();
    if (dialog) dialog.close(PROVED);
    else await leave(page.elements.namedItem('return_to').value);
  } catch (problem) {
    tell(problem, place);
  }
}

button?.addEventListener('click', () => whileBusy(button, () => attempt(() => onceMore(byPasskey))));
form?.addEventListener('submit', (event) => {
  event.preventDefault();
  whileBusy(event.submitter ?? form, () => attempt(byPassword));
});

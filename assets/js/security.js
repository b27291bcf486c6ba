// A person's own passkeys and sessions, and every page with forms that may need fresh proof.

import './enhance.js';
import './fresh.js';
import { leave, whileBusy } from './base.js';
import { post } from './http.js';
import { clear, tell } from './messages.js';
import { create, onceMore } from './passkey.js';
import { withProof } from './step-up.js';

const { profileApi } = document.body.dataset;

async function add() {
  clear();
  try {
    const { credential } = await withProof(() => onceMore(make));
    await name(credential);
  } catch (problem) {
    tell(problem);
  }
}

async function make() {
  const credential = await create(`${profileApi}/passkeys/begin`);
  return post(`${profileApi}/passkeys/finish`, credential);
}

// The passkey is saved already; naming it is offered, not asked for. Either way the list is shown anew.
function name({ id, name: proposed }) {
  const dialog = document.querySelector('dialog#name-passkey');
  const form = dialog?.querySelector('[data-action-template]');
  if (!form) return leave();
  form.setAttribute('action', form.dataset.actionTemplate.replace('{id}', encodeURIComponent(id)));
  const input = form.elements.namedItem('name');
  input.value = proposed;
  dialog.addEventListener('close', () => leave());
  dialog.showModal();
  input.select();
  return undefined;
}

const button = document.querySelector('[data-passkey="add"]');
button?.addEventListener('click', () => whileBusy(button, add));

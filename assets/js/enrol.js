// Following a one-time link: opens the one in the address, then makes a passkey.

import { leave, whileBusy } from './base.js';
import { post } from './http.js';
import { absolveAll, blame, clear } from './messages.js';
import { create, onceMore } from './passkey.js';

// A link's code, whole or cut short by a mail program; no place in a page is named at such length.
const CODE = /^#[\w-]{20,}$/;

// The code leaves the address at once, before it is seen over a shoulder or kept in the history. It is
// opened on every stage: whoever follows a new link is done with the one opened before.
function openLink() {
  if (!CODE.test(location.hash)) return;
  const code = location.hash.slice(1);
  history.replaceState(null, '', location.pathname + location.search);
  const form = document.querySelector('form#open-link') ?? newForm();
  form.elements.namedItem('token').value = code;
  // Past the checks meant for fingers: the server says what is wrong with a code.
  HTMLFormElement.prototype.submit.call(form);
}

function newForm() {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: '/enrol/open', hidden: true });
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? '';
  for (const [name, value] of [['_csrf', csrf], ['token', '']]) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  document.body.append(form);
  return form;
}

const form = document.querySelector('form#enrol');

// What is typed about the person; a passkey needs no password.
const TYPED = 'input[name]:not([type="hidden"], [type="password"], [hidden], [readonly], :disabled)';

async function enrol() {
  clear();
  absolveAll(form);
  const fields = [...form.querySelectorAll(TYPED)];
  if (!fields.every((field) => field.reportValidity())) return;
  const person = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  try {
    const answer = await onceMore(async () => {
      return post('/api/enrol/passkey/finish', await create('/api/enrol/passkey/begin', person));
    });
    await leave(answer.redirect);
  } catch (problem) {
    blame(form, problem);
  }
}

const button = document.querySelector('[data-passkey="enrol"]');
button?.addEventListener('click', () => whileBusy(button, enrol));
openLink();
addEventListener('hashchange', openLink);

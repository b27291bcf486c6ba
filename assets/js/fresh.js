// Forms marked `data-fresh` lead to a page that is shown once, such as a one-time link, so they are sent
// by the browser itself. What fresh proof they need is asked for before.

import { whileBusy } from './base.js';
import { post } from './http.js';
import { blame, clear } from './messages.js';
import { withProof } from './step-up.js';

const { profileApi } = document.body.dataset;

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.matches('[data-fresh]')) return;
  event.preventDefault();
  whileBusy(submitter ?? form, () => prove(form));
});

async function prove(form) {
  clear(form);
  try {
    await withProof(() => post(`${profileApi}/step-up/check`));
    // Not `requestSubmit`: that would come back here.
    form.submit();
  } catch (problem) {
    blame(form, problem);
  }
}

// Forms marked `data-enhance` are sent without leaving the page, so that fresh proof can be given in
// between and what was typed stays. The server answers them with JSON, always.

import { leave, whileBusy } from './base.js';
import { postForm } from './http.js';
import { absolveAll, blame, clear } from './messages.js';
import { withProof } from './step-up.js';

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.matches('[data-enhance]')) return;
  event.preventDefault();
  // Read before the button is disabled, which would take its own name and value away.
  const fields = new FormData(form, submitter);
  whileBusy(submitter ?? form, () => submit(form, fields));
});

async function submit(form, fields) {
  absolveAll(form);
  clear(form);
  try {
    const answer = await withProof(() => postForm(form, fields));
    await leave(answer.redirect, 'assign');
  } catch (problem) {
    blame(form, problem);
  }
}

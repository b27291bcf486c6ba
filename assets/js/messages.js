// What a page tells its reader. Every sentence comes from the server: with its answer, or on the body.

import { Problem } from './http.js';

// A sentence the page carries in `data-m-…`.
export function say(name) {
  return document.body.getAttribute(`data-m-${name}`) ?? '';
}

// Tells of a problem where the reader looks: in the dialog around an element, else on the page.
// Cancelling is not an error: a quiet line says so, or the dialog by being there still.
export function tell(problem, near = document.body) {
  const dialog = document.querySelector('dialog[open]');
  if (problem.code === 'cancelled') return dialog ? undefined : quiet(say('cancelled'));
  clear(near);
  const region = regionOf(near);
  if (!region) return announce(explain(problem));
  // What lies behind an open dialog cannot be read.
  if (!region.closest('dialog')) dialog?.close();
  (region.querySelector('[data-text]') ?? region).textContent = explain(problem);
  region.hidden = false;
  region.tabIndex = -1;
  region.focus();
}

// Takes back what was told, before something is tried again.
export function clear(near = document.body) {
  const region = regionOf(near);
  if (region) region.hidden = true;
  quiet('');
}

function regionOf(element) {
  return element.closest('dialog')?.querySelector('[data-alert]') ?? document.querySelector('#alert');
}

// Shows the quiet line, or takes it away.
export function quiet(text) {
  const line = document.querySelector('#quiet');
  if (!line) return announce(text);
  line.textContent = text;
  line.hidden = !text;
}

// Says something to screen readers only; what is seen changes elsewhere.
const heard = document.createElement('p');
heard.className = 'hush';
heard.setAttribute('role', 'status');
document.body.append(heard);

export function announce(text) {
  heard.textContent = text;
}

// The sentence for a problem, with the incident somebody can quote.
export function explain(problem) {
  if (!(problem instanceof Problem)) problem = new Problem('unexpected', { cause: problem });
  if (problem.cause) console.error(problem.cause);
  const text = problem.detail || say(problem.code.replaceAll('_', '-')) || say('unexpected');
  const { incident } = problem.body;
  return !incident || text.includes(incident) ? text : `${text} (${incident})`;
}

// Tells of a problem at the field it is about, else where the form's problems are told.
export function blame(form, problem) {
  const field = form.elements.namedItem(problem.body?.field ?? '');
  if (!(field instanceof HTMLElement) || field.type === 'hidden') return tell(problem, form);
  absolve(field);
  const wrong = document.createElement('p');
  const text = document.createElement('span');
  const icon = document.querySelector('#alert svg')?.cloneNode(true);
  wrong.className = 'wrong';
  wrong.id = `${field.id || field.name}-wrong`;
  text.textContent = explain(problem);
  wrong.append(...[icon, text].filter(Boolean));
  (field.closest('.reveal') ?? field).after(wrong);
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', [wrong.id, ...describing(field)].join(' '));
  field.focus();
}

// Takes back what was told at the fields of a form.
export function absolveAll(form) {
  form.querySelectorAll('[aria-invalid]').forEach(absolve);
}

function absolve(field) {
  const wrong = `${field.id || field.name}-wrong`;
  document.getElementById(wrong)?.remove();
  field.removeAttribute('aria-invalid');
  const left = describing(field).filter((id) => id !== wrong);
  if (left.length) field.setAttribute('aria-describedby', left.join(' '));
  else field.removeAttribute('aria-describedby');
}

function describing(field) {
  return field.getAttribute('aria-describedby')?.split(' ') ?? [];
}

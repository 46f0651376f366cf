/**
 * The script inside the iframe. It sends card numbers to the sandbox only; the page around the frame gets the id of a
 * payment method, the brand and the last four digits.
 */
export const formScript = String.raw`(() => {
  'use strict';
  const { parent: parentOrigin, key } = document.documentElement.dataset;
  const form = document.querySelector('form');
  const fields = {
    number: document.getElementById('number'),
    expiry: document.getElementById('expiry'),
    cvc: document.getElementById('cvc'),
    postal: document.getElementById('postal'),
  };
  const post = (message) => window.parent.postMessage(message, parentOrigin);
  const digitsOf = (field) => field.value.replace(/\D/g, '');

  const isAmex = () => /^3[47]/.test(digitsOf(fields.number));
  const passesLuhn = (digits) =>
    [...digits].reverse().reduce((sum, digit, i) => {
      const weighted = i % 2 ? digit * 2 : Number(digit);
      return sum + (weighted > 9 ? weighted - 9 : weighted);
    }, 0) % 10 === 0;

  const problems = {
    number: () => {
      const digits = digitsOf(fields.number);
      if (digits.length < (isAmex() ? 15 : 14)) return 'Your card number is incomplete.';
      return passesLuhn(digits) ? '' : 'Your card number is invalid.';
    },
    expiry: () => {
      const digits = digitsOf(fields.expiry);
      if (digits.length < 4) return "Your card's expiration date is incomplete.";
      const month = Number(digits.slice(0, 2));
      const monthsAhead = (2000 + Number(digits.slice(2)) - new Date().getFullYear()) * 12 + month - 1 - new Date().getMonth();
      if (month < 1 || month > 12 || monthsAhead > 600) return "Your card's expiration date is invalid.";
      return monthsAhead < 0 ? "Your card's expiration date is in the past." : '';
    },
    cvc: () => (digitsOf(fields.cvc).length < (isAmex() ? 4 : 3) ? "Your card's security code is incomplete." : ''),
    postal: () => (fields.postal.value.trim() === '' ? 'Your postal code is incomplete.' : ''),
  };

  const show = (name, text) => {
    document.getElementById(name + '-error').textContent = text;
    if (text === '') fields[name].removeAttribute('aria-invalid');
    else fields[name].setAttribute('aria-invalid', 'true');
  };

  const formats = {
    number: (digits) => (isAmex()
      ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter(Boolean).join(' ')
      : digits.slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ')),
    expiry: (digits) => {
      const four = (/^[2-9]/.test(digits) ? '0' + digits : digits).slice(0, 4);
      return four.length > 2 ? four.slice(0, 2) + ' / ' + four.slice(2) : four;
    },
    cvc: (digits) => digits.slice(0, 4),
  };

  /** Keeps the caret behind the same digit. */
  const format = (name) => {
    const field = fields[name];
    if (!formats[name]) return;
    const before = field.value.slice(0, field.selectionStart).replace(/\D/g, '').length;
    const atEnd = field.selectionStart === field.value.length;
    const text = formats[name](digitsOf(field));
    if (text === field.value) return;
    field.value = text;
    let at = text.length;
    if (!atEnd) {
      at = 0;
      for (let seen = 0; at < text.length && seen < before; at += 1) if (/\d/.test(text[at])) seen += 1;
    }
    field.setSelectionRange(at, at);
  };

  let complete = false;
  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener('input', () => {
      format(name);
      if (field.hasAttribute('aria-invalid')) show(name, problems[name]());
      const now = Object.values(problems).every((problem) => problem() === '');
      if (now !== complete) post({ type: 'sandbox:change', complete: (complete = now) });
    });
    field.addEventListener('blur', () => { if (field.value !== '') show(name, problems[name]()); });
  }

  const fieldOfParam = { number: 'number', exp_month: 'expiry', exp_year: 'expiry', cvc: 'cvc' };
  let busy = false;

  const submit = async () => {
    if (busy) return;
    let first;
    for (const name of Object.keys(fields)) {
      const text = problems[name]();
      show(name, text);
      if (text !== '' && !first) first = { name, text };
    }
    if (first) {
      fields[first.name].focus();
      post({ type: 'sandbox:error', message: first.text });
      return;
    }
    busy = true;
    try {
      const expiry = digitsOf(fields.expiry);
      const response = await fetch('/v1/payment_methods', {
        method: 'POST',
        headers: { Authorization: 'Bearer ' + key },
        body: new URLSearchParams({
          type: 'card',
          'card[number]': digitsOf(fields.number),
          'card[exp_month]': expiry.slice(0, 2),
          'card[exp_year]': expiry.slice(2),
          'card[cvc]': digitsOf(fields.cvc),
          'billing_details[address][postal_code]': fields.postal.value.trim(),
        }),
      });
      const body = await response.json();
      if (response.ok) {
        post({ type: 'sandbox:payment-method', id: body.id, card: { brand: body.card.brand, last4: body.card.last4 } });
      } else {
        const name = fieldOfParam[body.error.param];
        if (name) {
          show(name, body.error.message);
          fields[name].focus();
        }
        post({ type: 'sandbox:error', message: body.error.message });
      }
    } catch {
      post({ type: 'sandbox:error', message: 'The sandbox cannot be reached. Try again.' });
    } finally {
      busy = false;
    }
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== parentOrigin) return;
    if (event.data && event.data.type === 'sandbox:submit') void submit();
  });
  new ResizeObserver(() => post({ type: 'sandbox:resize', height: Math.ceil(form.getBoundingClientRect().height) }))
    .observe(form);
  post({ type: 'sandbox:ready' });
})();
`;

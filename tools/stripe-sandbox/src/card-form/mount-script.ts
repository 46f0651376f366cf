/**
 * The browser script of GET /v1/sandbox.js. It only wraps the messages that README.md describes: a page may as well
 * speak them itself.
 */
export const mountScript = String.raw`(() => {
  'use strict';
  const base = new URL(document.currentScript.src).origin;

  /** Puts the card form into "element". Resolves createPaymentMethod() with {id, card: {brand, last4}}. */
  const mount = (element, options = {}) => {
    const frame = document.createElement('iframe');
    const query = new URLSearchParams({ parent: location.origin });
    if (options.key) query.set('key', options.key);
    frame.src = base + '/elements/card?' + query;
    frame.title = 'Card';
    frame.style.cssText = 'border:0;width:100%;display:block;height:272px';
    let waiting;
    const finish = (how, value) => {
      const call = waiting;
      waiting = undefined;
      if (call) call[how](value);
    };
    const onMessage = (event) => {
      if (event.origin !== base || event.source !== frame.contentWindow) return;
      const message = event.data;
      switch (message.type) {
        case 'sandbox:ready': return options.onReady?.();
        case 'sandbox:change': return options.onChange?.({ complete: message.complete });
        case 'sandbox:resize': frame.style.height = message.height + 'px'; return;
        case 'sandbox:payment-method': return finish('resolve', { id: message.id, card: message.card });
        case 'sandbox:error': return finish('reject', new Error(message.message));
      }
    };
    window.addEventListener('message', onMessage);
    element.replaceChildren(frame);
    return {
      createPaymentMethod: () => new Promise((resolve, reject) => {
        finish('reject', new Error('Asked again'));
        waiting = { resolve, reject };
        frame.contentWindow.postMessage({ type: 'sandbox:submit' }, base);
      }),
      unmount: () => {
        window.removeEventListener('message', onMessage);
        frame.remove();
      },
    };
  };

  window.StripeSandbox = { mount };
})();
`;

// A wallet as an extension puts it into a page: announced by EIP-6963. What it does, it asks the test to do.
(({ info, ask }) => {
  const listeners = {};
  const provider = {
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    async request({ method, params }) {
      const answer = await window[ask](method, params ?? []);
      if (answer.held) return new Promise(() => {}); // nobody answers while the wallet's window is open
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
  };
  (window.testProviders ??= []).push(provider);
  (window.testWallets ??= {})[info.rdns] = (event, value) => (listeners[event] ?? []).forEach((each) => each(value));
  const detail = Object.freeze({ info: Object.freeze(info), provider });
  const announce = () =>
    window.oldWallets || window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})

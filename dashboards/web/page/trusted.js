// @ts-check

// The charts empty their element by innerHTML = ''. Trusted types would forbid that; this lets it, and nothing else, pass.
const { trustedTypes } = /** @type {any} */ (globalThis)
trustedTypes?.createPolicy('default', {
  createHTML: (/** @type {string} */ text) => (text === '' ? '' : null),
})

// @ts-check

const PATIENCE_MS = 60_000

/**
 * Asks the page's server. Gives the value and the server's own time.
 * @param {string} path
 * @param {Record<string, string | undefined>} [query]
 * @param {AbortSignal} [left] given once nobody waits for the answer any more
 */
export async function ask(path, query = {}, left = undefined) {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, value)
  const response = await reach(`api/${path}?${params}`, {}, left)
  const value = await response.json()
  // The session ended: the form asks for the token, and leads back.
  if (response.status === 401) location.assign('login')
  if (!response.ok) throw new Error(value.error)
  return { value, now: Date.parse(response.headers.get('date') ?? '') || Date.now() }
}

/**
 * Has the server do something with an incident.
 * @param {string} id
 * @param {{ action: string, text?: string }} request
 */
export async function act(id, request) {
  const response = await reach(`api/incidents/${id}/actions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  })
  if (!response.ok) throw new Error((await response.json()).error)
}

/**
 * @param {string} address
 * @param {RequestInit} [request]
 * @param {AbortSignal} [left]
 */
async function reach(address, request, left) {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await fetch(address, { ...request, signal: left ? AbortSignal.any([patience, left]) : patience })
  } catch (error) {
    const slow = error instanceof DOMException && error.name === 'TimeoutError'
    throw new Error(
      slow ? 'Faultline takes over a minute to answer' : 'Faultline can’t be reached; is it still running?',
    )
  }
}

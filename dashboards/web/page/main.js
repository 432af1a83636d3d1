// @ts-check
import { showAccount } from './account.js'
import { showBreadth } from './breadth.js'
import { ask } from './client.js'
import { show } from './element.js'
import { showEmpty } from './empty.js'
import { showIncidents } from './incidents.js'
import { showJudgement, spokenJudgement } from './judgement.js'
import { showReplies } from './replies.js'
import { themeButton } from './theme.js'
import { utc } from './words.js'

const REFRESH_MS = 10_000
const MINUTE_MS = 60_000

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const windowChoice = /** @type {HTMLSelectElement} */ (byId('window'))
const directionChoice = /** @type {HTMLSelectElement} */ (byId('direction'))
const pause = /** @type {HTMLButtonElement} */ (byId('pause'))

// The address holds what is shown, so that a link shows a colleague the same.
const address = new URLSearchParams(location.search)
choose(windowChoice, address.get('window'))
choose(directionChoice, address.get('direction'))
const fixedMoment = address.get('at') ?? undefined

let paused = false
let timer = 0
let round = 0
/** What each section shows, so that an unchanged answer touches nothing: a selection or a scroll place stays. */
const shown = new Map()

/**
 * @param {HTMLSelectElement} select
 * @param {string | null} value
 */
function choose(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value ?? ''
}

/**
 * The moment to judge. Where no mail was logged of late, it is the last time that there was any: a store loaded from
 * old logs has all its mail in the past.
 * @param {number} newest
 * @param {number} now
 */
function moment(newest, now) {
  if (fixedMoment !== undefined) return { at: fixedMoment, note: `Up to ${utc(fixedMoment)}.` }
  const minutes = { m: 1, h: 60, d: 1440 }[windowChoice.value.slice(-1)] ?? 1
  const length = Number.parseInt(windowChoice.value, 10) * minutes * MINUTE_MS
  if (newest > now - length) return { at: undefined, note: `Live, ${utc(now)}.` }
  // To the next whole minute: the window ends after the newest event, and its address stays the same.
  const at = new Date(Math.floor(newest / MINUTE_MS + 1) * MINUTE_MS).toISOString()
  const span = windowChoice.selectedOptions[0]?.text ?? ''
  return {
    at,
    note: `No mail was logged in the last ${span}. Shown is the time up to the last mail, ${utc(at)}.`,
  }
}

/**
 * @param {string} id
 * @param {unknown} value
 * @param {(section: HTMLElement) => void} render
 */
function update(id, value, render) {
  const text = JSON.stringify(value)
  if (shown.get(id) === text) return
  shown.set(id, text)
  render(byId(id))
}

/** @param {number} mine */
async function refresh(mine) {
  const [{ value: account, now }, { value: told }] = await Promise.all([ask('account'), ask('incidents')])
  if (mine !== round) return
  update('account', account, (section) => showAccount(section, account))
  update('incidents', told, (section) => showIncidents(section, told, go))
  if (account.newest_event_ms === 0) {
    byId('moment').textContent = ''
    update('judgement', ['empty', account], (section) => showEmpty(section, account))
    for (const id of ['breadth', 'replies']) update(id, null, (section) => show(section))
    return
  }
  const { at, note } = moment(account.newest_event_ms, now)
  const query = { at, window: windowChoice.value, direction: directionChoice.value }
  const [judgement, breadth, replies] = await Promise.all([
    ask('judgement', query),
    ask('breadth', query),
    ask('replies', query),
  ])
  if (mine !== round) return
  byId('moment').textContent = note
  update('judgement', judgement.value, (section) => showJudgement(section, judgement.value, breadth.value))
  update('breadth', breadth.value, (section) => showBreadth(section, breadth.value))
  update('replies', replies.value, (section) => showReplies(section, replies.value))
}

function announce() {
  const spoken = spokenJudgement(byId('judgement'))
  // Said only when it changes: a screen reader would read every refresh aloud.
  if (byId('announce').textContent !== spoken) byId('announce').textContent = spoken
  document.title = spoken === '' ? 'Faultline' : `${spoken} · Faultline`
}

async function go() {
  clearTimeout(timer)
  const mine = ++round
  const trouble = byId('trouble')
  try {
    await refresh(mine)
    if (mine !== round) return
    trouble.hidden = true
    announce()
  } catch (error) {
    if (mine !== round) return
    const text = `${error instanceof Error ? error.message : error}. What is shown may be old; trying again.`
    if (trouble.hidden || trouble.textContent !== text) trouble.textContent = text
    trouble.hidden = false
  }
  if (!paused && !document.hidden) timer = window.setTimeout(go, REFRESH_MS)
}

function chosen() {
  const params = new URLSearchParams({ window: windowChoice.value })
  if (directionChoice.value !== '') params.set('direction', directionChoice.value)
  if (fixedMoment !== undefined) params.set('at', fixedMoment)
  history.replaceState(null, '', `?${params}`)
  go()
}

windowChoice.addEventListener('change', chosen)
directionChoice.addEventListener('change', chosen)
byId('controls').addEventListener('submit', (event) => event.preventDefault())
pause.addEventListener('click', () => {
  paused = !paused
  pause.setAttribute('aria-pressed', String(paused))
  if (paused) clearTimeout(timer)
  else go()
})
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer)
  else if (!paused) go()
})
themeButton(/** @type {HTMLButtonElement} */ (byId('theme')))
go()

// @ts-check
import './trusted.js'
import { showAccount } from './account.js'
import { boardView } from './board.js'
import { ask } from './client.js'
import { element, show } from './element.js'
import { showEmpty } from './empty.js'
import { showIncidents } from './incidents.js'
import { showJudgement, spokenJudgement } from './judgement.js'
import { showNavigation } from './navigation.js'
import { HOME, hashOf, routeOf } from './route.js'
import { themeButton } from './theme.js'
import { stretchOf, timeChoice } from './time.js'

/** @typedef {import('../../boards/board.ts').Board} Board */

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
const pause = /** @type {HTMLButtonElement} */ (byId('pause'))

let route = routeOf(location.hash)
/** @type {Board[]} */
let boards = []
let mayAct = false
/** @type {import('./board.js').BoardView | undefined} */
let view
let stretch = { from: '', to: '' }
let paused = false
let timer = 0
let round = 0
/** What each section shows, so that an unchanged answer touches nothing: a selection or a scroll place stays. */
const shown = new Map()

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

// The page has them above the others on Home: judged of any time, also where no evaluator ran, and to act on.
const OWN_PANELS = ['answer', 'incidents']

/**
 * Home without what the page draws itself.
 * @param {Board} board
 * @returns {Board}
 */
function withoutOwn(board) {
  if (board.id !== HOME) return board
  const rows = board.rows.map((row) => ({
    ...row,
    panels: row.panels.filter(({ id }) => !OWN_PANELS.includes(id)),
  }))
  return { ...board, rows: rows.filter(({ panels }) => panels.length > 0) }
}

const place = () => ({ route, boards })
const isHome = () => route.board === HOME

/** @param {number} mine */
async function refresh(mine) {
  const { value: account, now } = await ask('account')
  if (mine !== round) return
  const isEmpty = account.newest_event_ms === 0
  for (const id of ['title', 'board']) byId(id).hidden = isEmpty
  byId('home').hidden = !isHome() && !isEmpty
  if (isEmpty) {
    byId('moment').textContent = ''
    update('judgement', ['empty', account], (section) => showEmpty(section, account))
    update('account', account, (section) => showAccount(section, account))
    return
  }
  const at = stretchOf(route, account.newest_event_ms, now)
  stretch = at
  byId('moment').textContent = at.note
  // The judgement goes before its proof: the store answers a few questions at a time.
  const judged = isHome() ? refreshHome(mine, at, account) : Promise.resolve()
  await judged.catch(() => {})
  if (mine !== round) return
  await view?.refresh(place(), at)
  await judged
}

/**
 * What Home has before its panels: the judgement of this time, and what people were told of.
 * @param {number} mine
 * @param {{ from: string, to: string }} at
 * @param {import('../api.ts').LineAccount} account
 */
async function refreshHome(mine, { from, to }, account) {
  const minutes = Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / MINUTE_MS))
  const query = {
    at: to,
    window: `${Math.min(minutes, 31 * 1440)}m`,
    direction: route.values['direction'] || undefined,
  }
  const [judgement, breadth, incidents, channels] = await Promise.all([
    ask('judgement', query),
    ask('breadth', query),
    ask('incidents'),
    ask('channels'),
  ])
  if (mine !== round) return
  update('judgement', [judgement.value, route], (section) =>
    showJudgement(section, judgement.value, breadth.value, place()),
  )
  update('incidents', [incidents.value, channels.value, mayAct], (section) =>
    showIncidents(section, incidents.value, channels.value, { mayAct, changed: go, place: place() }),
  )
  update('account', account, (section) => showAccount(section, account))
}

function announce() {
  const board = boards.find(({ id }) => id === route.board)
  const spoken = isHome() || byId('board').hidden ? spokenJudgement(byId('judgement')) : (board?.title ?? '')
  // Said only when it changes: a screen reader would read every refresh aloud.
  if (byId('announce').textContent !== spoken) byId('announce').textContent = spoken
  document.title = spoken === '' ? 'Faultline' : `${spoken} · Faultline`
}

/** A long time is asked for less often: it costs more, and changes less. */
function pauseBetween() {
  const length = Date.parse(stretch.to) - Date.parse(stretch.from)
  return length > 24 * HOUR_MS ? 120_000 : length > HOUR_MS ? 30_000 : 10_000
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
  if (!paused && !document.hidden)
    timer = window.setTimeout(go, stretch.from === '' ? 10_000 : pauseBetween())
}

/** Draws the board that the address names. */
function draw() {
  // What was asked for the board before is not waited for.
  round++
  view?.close()
  view = undefined
  const board = boards.find(({ id }) => id === route.board)
  byId('home').hidden = !isHome()
  if (!isHome()) update('account', null, (section) => show(section))
  if (board === undefined && !isHome()) {
    show(byId('title'), element('h1', { tabindex: '-1' }, 'There is no such board.'))
    byId('board').replaceChildren()
    byId('variables').replaceChildren()
    return
  }
  show(
    byId('title'),
    board !== undefined && !isHome() && element('h1', { tabindex: '-1' }, board.title),
    board !== undefined && !isHome() && element('p', { class: 'question' }, board.question),
  )
  document.title = board === undefined ? 'Faultline' : `${board.title} · Faultline`
  if (board !== undefined) view = boardView(withoutOwn(board), route.values, pick)
  byId('board').replaceChildren(...(view === undefined ? [] : [view.element]))
  byId('variables').replaceChildren(...(view?.variables === undefined ? [] : [view.variables]))
}

/**
 * @param {string} name
 * @param {string} value
 */
function pick(name, value) {
  const { [name]: _, ...others } = route.values
  const initial = boards
    .find(({ id }) => id === route.board)
    ?.variables.find((one) => one.name === name)?.initial
  location.hash = hashOf({ ...route, values: value === initial ? others : { ...others, [name]: value } })
}

const showTime = timeChoice(
  /** @type {HTMLFormElement} */ (byId('times')),
  () => stretch,
  (time) => {
    location.hash = hashOf({ ...route, ...time })
  },
)

function follow() {
  const next = routeOf(location.hash)
  const isOther = next.board !== route.board
  const needsDrawing = isOther || JSON.stringify(next.values) !== JSON.stringify(route.values)
  route = next
  showTime(route)
  showNavigation(byId('boards'), place())
  if (needsDrawing) {
    const focused = document.activeElement?.id
    draw()
    if (isOther) {
      window.scrollTo(0, 0)
      ;(byId('title').querySelector('h1') ?? byId('main')).focus()
    } else if (focused) document.getElementById(focused)?.focus()
  }
  go()
}

async function start() {
  const [defined, session] = await Promise.all([ask('boards'), ask('session')])
  boards = defined.value
  mayAct = session.value.may_act
  byId('logout').hidden = !session.value.signed_in
  showTime(route)
  showNavigation(byId('boards'), place())
  draw()
  window.addEventListener('hashchange', follow)
  go()
}

document.querySelector('.skip')?.addEventListener('click', (event) => {
  // The address holds the board.
  event.preventDefault()
  byId('main').focus()
})
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
themeButton(/** @type {HTMLButtonElement} */ (byId('theme')), () => view?.redraw())
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => view?.redraw())
start().catch((error) => {
  byId('trouble').textContent = `${error instanceof Error ? error.message : error}. Load the page again.`
  byId('trouble').hidden = false
})

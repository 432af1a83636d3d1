// Preloaded into a worker: ends it with SIGKILL at the Nth statement that holds FAULTLINE_KILL_AT: before it runs, or
// FAULTLINE_KILL_DELAY milliseconds after the engine has it. The product has no such switch; the engine's session is
// wrapped.
import chdb from 'chdb'

const { FAULTLINE_KILL_AT: words, FAULTLINE_KILL_NTH: nth = '1', FAULTLINE_KILL_DELAY: delay } = process.env
const kill = () => process.kill(process.pid, 'SIGKILL')
let left = Number(nth)
for (const name of ['queryAsync', 'queryBindAsync']) {
  const original = chdb.Session.prototype[name]
  chdb.Session.prototype[name] = function (sql, ...rest) {
    const hit = words !== undefined && sql.includes(words) && --left === 0
    if (hit && delay === undefined) kill()
    if (hit) setTimeout(kill, Number(delay))
    return original.call(this, sql, ...rest)
  }
}

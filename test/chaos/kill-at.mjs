// Preloaded into a worker: once it gets SIGUSR2 it reads FAULTLINE_KILL_FILE ({ words, nth, when }), and ends itself with
// SIGKILL at the Nth write to a socket that holds the words, before it is sent or (when: after) a moment later. The
// product has no such switch; Node's socket is wrapped.
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'

let words
let left = 0
let when = 'before'
process.on('SIGUSR2', () => {
  const at = JSON.parse(readFileSync(process.env.FAULTLINE_KILL_FILE, 'utf8'))
  words = new RegExp(at.words)
  left = at.nth
  when = at.when
})

function isHit(data) {
  if (left <= 0) return false
  const text = typeof data === 'string' ? data : Buffer.isBuffer(data) ? data.toString('latin1') : ''
  return words.test(text) && --left === 0
}

const write = Socket.prototype.write
Socket.prototype.write = function (data, ...rest) {
  if (!isHit(data)) return write.call(this, data, ...rest)
  if (when !== 'after') process.kill(process.pid, 'SIGKILL')
  const result = write.call(this, data, ...rest)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.random() * 20)
  return result
}

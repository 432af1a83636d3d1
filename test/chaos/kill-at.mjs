// Preloaded into a worker: once it gets SIGUSR2, ends it with SIGKILL at the Nth write to a socket that holds
// FAULTLINE_KILL_AT, before it is sent or (FAULTLINE_KILL_WHEN=after) a moment later. The product has no such switch; Node's socket is wrapped.
import { Socket } from 'node:net'

const { FAULTLINE_KILL_AT: words, FAULTLINE_KILL_NTH: nth = '1', FAULTLINE_KILL_WHEN: when } = process.env
let left = 0
process.on('SIGUSR2', () => {
  left = Number(nth)
})

function isHit(data) {
  if (left <= 0) return false
  const text = typeof data === 'string' ? data : Buffer.isBuffer(data) ? data.toString('latin1') : ''
  return new RegExp(words).test(text) && --left === 0
}

const write = Socket.prototype.write
Socket.prototype.write = function (data, ...rest) {
  if (!isHit(data)) return write.call(this, data, ...rest)
  if (when !== 'after') process.kill(process.pid, 'SIGKILL')
  const result = write.call(this, data, ...rest)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), Math.random() * 20)
  return result
}

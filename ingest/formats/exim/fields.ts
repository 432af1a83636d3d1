/** Undoes the escapes with which Exim keeps a log entry on one line: `\n`, `\t` and bytes as `\303\274`. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  const bytes: Buffer[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    bytes.push(Buffer.from(text.slice(from, at)))
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4))
    const next = text[at + 1] ?? ''
    if (octal !== null) bytes.push(Buffer.from([Number.parseInt(octal[0], 8)]))
    else bytes.push(Buffer.from(next === 'n' ? '\n' : next === 't' ? '\t' : next))
    from = at + (octal !== null ? 4 : 2)
  }
  bytes.push(Buffer.from(text.slice(from)))
  return Buffer.concat(bytes).toString()
}

/** The host of a `H=name (helo) [ip]:port` field: the looked-up name, '' where only a HELO name is known. */
export function hostField(
  text: string,
  from: number,
): { remote_host: string; remote_ip: string; end: number } | undefined {
  const open = text.indexOf('[', from)
  const close = open === -1 ? -1 : text.indexOf(']', open)
  if (close === -1) return undefined
  const name = text.slice(from, open).trim()
  const space = name.indexOf(' ')
  const remote_host = name.startsWith('(') ? '' : space === -1 ? name : name.slice(0, space)
  return { remote_host, remote_ip: text.slice(open + 1, close), end: close + 1 }
}

/** The value of a field such as ` id=` up to the next blank; '' where the line has none. */
export function field(text: string, name: string, from = 0): string {
  const at = text.indexOf(` ${name}=`, from)
  if (at === -1) return ''
  const start = at + name.length + 2
  const end = text.indexOf(' ', start)
  return end === -1 ? text.slice(start) : text.slice(start, end)
}

/** The address inside `<...>` that starts at `from`; undefined where it has no end. */
export function angled(text: string, from: number): { address: string; end: number } | undefined {
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const c = text[i]
    if (c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (c === '>' && !quoted) return { address: text.slice(from, i), end: i + 1 }
  }
  const end = text.indexOf('>', from)
  return end === -1 ? undefined : { address: text.slice(from, end), end: end + 1 }
}

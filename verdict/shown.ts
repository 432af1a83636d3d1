// Logs are hostile text: no control or direction character of theirs reaches a terminal, a mail or a chat.
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Text for people: control, direction and invisible characters are shown escaped. */
export function shown(text: string): string {
  return text.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

function openssl(folder: string, args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes an authority for tests: `NAME.pem` and `NAME.key` in the folder. Needs openssl. */
export function makeAuthority(folder: string, name: string): void {
  openssl(folder, [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.pem`],
  ])
}

/**
 * Makes a certificate of an authority, for a host at 127.0.0.1 or for a client: `NAME.pem`, `NAME.key` (PKCS #8), and
 * both in `NAME.chain.pem`, as Kafka takes them for a key store.
 */
export function makeCertificate(folder: string, authority: string, name: string): void {
  writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=IP:127.0.0.1\n')
  openssl(folder, [
    ...['req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`],
  ])
  openssl(folder, [
    ...['x509', '-req', '-in', `${name}.csr`, '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    ...['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'],
  ])
  const both = ['key', 'pem'].map((kind) => readFileSync(join(folder, `${name}.${kind}`), 'utf8')).join('')
  writeFileSync(join(folder, `${name}.chain.pem`), both)
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { dashboardsCommand } from '../../cli/dashboards.ts'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { temporaryFolder } from '../temporary-folder.ts'

vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
const folder = temporaryFolder()

test('writes every board and the provisioning that finds them, whatever the folder is called', async () => {
  const into = join(folder, 'a: $HOME "b"')
  expect(await dashboardsCommand([into])).toBe(0)
  // A second time replaces.
  expect(await dashboardsCommand([into])).toBe(0)
  for (const { id } of BOARDS)
    expect(JSON.parse(readFileSync(join(into, `boards/faultline-${id}.json`), 'utf8')).uid).toBe(
      `faultline-${id}`,
    )
  const { providers } = parse(readFileSync(join(into, 'provisioning/dashboards/faultline.yaml'), 'utf8'))
  // A dollar is Grafana's own sign: two are one.
  expect(providers[0].options.path.replaceAll('$$', '$')).toBe(join(into, 'boards'))
})

test('no folder, two, and a file in its place are told in one line', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  for (const args of [[], [''], ['a', 'b'], [file], ['--unknown']])
    await expect(dashboardsCommand(args), args.join()).rejects.toThrow(UsageError)
  await expect(dashboardsCommand([file])).rejects.toThrow(/^cannot write to "\S+": it is a file$/)
})

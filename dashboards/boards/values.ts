import type { Board } from './board.ts'
import { BOARDS } from './boards.ts'

const names = new Set(
  BOARDS.flatMap(({ variables, rows }) => [
    ...variables.map(({ name }) => name),
    ...rows.flatMap(({ panels }) => panels.flatMap(({ fixed = {} }) => Object.keys(fixed))),
  ]),
)

/**
 * The values of every text parameter that a query may use, on this board: what was picked, else the variable's initial
 * value; `''` for what is no variable of this board. Of `picked` only the board's own variables count.
 */
export function valuesOf(
  board: Board,
  picked: Readonly<Record<string, string>> = {},
  fixed: Readonly<Record<string, string | number>> = {},
): Record<string, string | number> {
  const values: Record<string, string | number> = Object.fromEntries([...names].map((name) => [name, '']))
  for (const { name, initial } of board.variables) values[name] = picked[name] ?? initial
  return { ...values, ...fixed }
}

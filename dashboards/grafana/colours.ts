import type { Colour } from '../boards/board.ts'

/**
 * One shade for both of Grafana's themes (a dashboard cannot have two), at least 3 : 1 against either background (WCAG 2.2,
 * 1.4.11): Okabe and Ito's colours, which colour-blind eyes tell apart, darker where white asks for it.
 */
export const COLOURS: Record<Colour, string> = {
  accepted: '#2F86C8',
  deferred: '#C46FA0',
  refused: '#D55E00',
  calm: '#00926B',
  watch: '#B87A00',
  alarm: '#D55E00',
  plain: '#84888C',
}

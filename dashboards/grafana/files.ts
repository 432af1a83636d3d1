import { stringify } from 'yaml'
import { BOARDS } from '../boards/boards.ts'
import { grafanaDashboard } from './dashboard.ts'
import {
  alertRules,
  contactPoints,
  dashboardProviders,
  datasources,
  policies,
  templates,
} from './provisioning.ts'

const HEAD =
  '# Made by "npm run dashboards": change dashboards/boards, dashboards/queries or dashboards/grafana instead.\n'
const yaml = (value: object) => HEAD + stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`

/** Every generated file by its path below `dashboards/generated/`, laid out as Grafana's provisioning folder. */
export function generatedFiles(): Map<string, string> {
  const boards = BOARDS.map(grafanaDashboard)
  return new Map([
    ...boards.map((board): [string, string] => [`boards/${board.uid}.json`, json(board)]),
    ['provisioning/datasources/faultline.yaml', yaml(datasources())],
    ['provisioning/dashboards/faultline.yaml', yaml(dashboardProviders())],
    ['provisioning/alerting/rules.yaml', yaml(alertRules(boards))],
    ['provisioning/alerting/contact-points.yaml', yaml(contactPoints())],
    ['provisioning/alerting/policies.yaml', yaml(policies())],
    ['provisioning/alerting/templates.yaml', yaml(templates())],
  ])
}

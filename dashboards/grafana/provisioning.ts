import type { Query as AlertQuery } from '@grafana/grafana-foundation-sdk/alerting'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { TypeThreshold } from '@grafana/grafana-foundation-sdk/expr'
import { ALERTS, type Alert, WINDOW_S } from './alerts.ts'
import { clickHouseQuery, grafanaSql, PLUGIN } from './query.ts'

/** uid of the provisioned data source, which the alert rules ask. */
export const DATASOURCE_UID = 'faultline'
const CONTACT_POINT = 'faultline'
const TEMPLATE = 'faultline.message'

/** The data source (Grafana's provisioning file): where ClickHouse is, and the password, come from Grafana's environment. */
export const datasources = () => ({
  apiVersion: 1,
  datasources: [
    {
      name: 'Faultline',
      uid: DATASOURCE_UID,
      type: PLUGIN,
      access: 'proxy',
      orgId: 1,
      isDefault: true,
      jsonData: {
        host: '${FAULTLINE_CLICKHOUSE_HOST}',
        port: '${FAULTLINE_CLICKHOUSE_PORT}',
        protocol: 'http',
        username: '${FAULTLINE_CLICKHOUSE_USER}',
        defaultDatabase: 'faultline',
        dialTimeout: '10',
        queryTimeout: '60',
        validateSql: false,
      },
      secureJsonData: { password: '${FAULTLINE_CLICKHOUSE_PASSWORD}' },
    },
  ],
})

/** Where Grafana finds the boards. */
export const dashboardProviders = () => ({
  apiVersion: 1,
  providers: [
    {
      name: 'faultline',
      orgId: 1,
      folder: 'Faultline',
      folderUid: 'faultline',
      type: 'file',
      disableDeletion: false,
      allowUiUpdates: false,
      options: { path: '${FAULTLINE_DASHBOARDS}', foldersFromFilesStructure: false },
    },
  ],
})

/** The panel that an alert leads to: the first one of its board with data. */
function panelIdOf(board: string, boards: readonly Dashboard[]): number {
  const panels = boards.find(({ uid }) => uid === `faultline-${board}`)?.panels ?? []
  const id = panels.find(({ type }) => type !== 'row')?.id
  if (id === undefined) throw new Error(`no board ${board}`)
  return id
}

const asked = (alert: Alert): AlertQuery => ({
  refId: 'A',
  queryType: '',
  relativeTimeRange: { from: WINDOW_S, to: 0 },
  datasourceUid: DATASOURCE_UID,
  model: {
    ...clickHouseQuery(grafanaSql(alert.query, [], alert.fixed), DATASOURCE_UID, 'table'),
    intervalMs: 60_000,
    maxDataPoints: 43_200,
  } as unknown as NonNullable<AlertQuery['model']>,
})

const compared = ({ above }: Alert): AlertQuery => ({
  refId: 'B',
  queryType: '',
  relativeTimeRange: { from: 0, to: 0 },
  datasourceUid: '__expr__',
  model: {
    refId: 'B',
    type: 'threshold',
    datasource: { type: '__expr__', uid: '__expr__' },
    expression: 'A',
    conditions: [{ evaluator: { type: 'gt', params: [above] } }],
  } satisfies Omit<TypeThreshold, '_implementsDataqueryVariant'> as unknown as NonNullable<
    AlertQuery['model']
  >,
})

/** A rule as the provisioning file has it; which differs from the API's, that the SDK's builder makes. */
const rule = (alert: Alert, boards: readonly Dashboard[]) => ({
  uid: `faultline-${alert.id}`,
  title: alert.title,
  condition: 'B',
  data: [asked(alert), compared(alert)],
  dashboardUid: `faultline-${alert.board}`,
  panelId: panelIdOf(alert.board, boards),
  // A query without rows is an answer: there is no such incident.
  noDataState: 'OK',
  execErrState: 'Error',
  // The evaluator has looked twice and more before an incident opens.
  for: '0s',
  annotations: {
    summary: alert.summary,
    description: alert.description,
    __dashboardUid__: `faultline-${alert.board}`,
    __panelId__: String(panelIdOf(alert.board, boards)),
  },
  labels: { service: 'faultline', severity: alert.severity },
  isPaused: false,
})

export const alertRules = (boards: readonly Dashboard[]) => ({
  apiVersion: 1,
  groups: [
    {
      orgId: 1,
      name: 'faultline',
      folder: 'Faultline',
      interval: '1m',
      rules: ALERTS.map((alert) => rule(alert, boards)),
    },
  ],
})

/** Who is told; addresses and secrets come from Grafana's environment. */
export const contactPoints = () => ({
  apiVersion: 1,
  contactPoints: [
    {
      orgId: 1,
      name: CONTACT_POINT,
      receivers: [
        {
          uid: 'faultline-email',
          type: 'email',
          settings: {
            addresses: '${FAULTLINE_ALERT_EMAIL}',
            singleEmail: false,
            subject: `{{ template "${TEMPLATE}.subject" . }}`,
            message: `{{ template "${TEMPLATE}" . }}`,
          },
        },
        {
          uid: 'faultline-webhook',
          type: 'webhook',
          settings: {
            url: '${FAULTLINE_ALERT_WEBHOOK}',
            httpMethod: 'POST',
            authorization_scheme: 'Bearer',
            authorization_credentials: '${FAULTLINE_ALERT_WEBHOOK_TOKEN}',
            title: `{{ template "${TEMPLATE}.subject" . }}`,
            message: `{{ template "${TEMPLATE}" . }}`,
          },
        },
      ],
    },
  ],
})

/** Replaces the whole tree of policies of the organisation: a Grafana with others keeps its own and adds the route by hand. */
export const policies = () => ({
  apiVersion: 1,
  policies: [
    {
      orgId: 1,
      receiver: CONTACT_POINT,
      group_by: ['grafana_folder', 'alertname', 'incident'],
      group_wait: '10s',
      group_interval: '5m',
      // As often as the evaluator reminds.
      repeat_interval: '24h',
      routes: [{ receiver: CONTACT_POINT, object_matchers: [['service', '=', 'faultline']] }],
    },
  ],
})

/** What a message says; Grafana escapes the words in mails. */
export const templates = () => ({
  apiVersion: 1,
  templates: [
    {
      orgId: 1,
      name: 'faultline',
      template: `{{ define "${TEMPLATE}.subject" }}[{{ .Status }}] {{ .CommonLabels.alertname }}{{ if .CommonLabels.about }}: {{ .CommonLabels.about }}{{ end }}{{ end }}

{{ define "${TEMPLATE}" }}{{ range .Alerts }}{{ .Annotations.summary }}
{{ .Annotations.description }}
since {{ .StartsAt.UTC.Format "2006-01-02 15:04" }} UTC{{ if .PanelURL }}
{{ .PanelURL }}{{ end }}

{{ end }}{{ end }}
`,
    },
  ],
})

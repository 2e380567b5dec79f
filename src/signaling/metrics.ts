import process from 'node:process'
import type { SignalingStats } from './stats.ts'

/** The figures of a server in Prometheus' text format. */
export function encodeMetrics(stats: SignalingStats): string {
  // The same at each scrape: reckoned from now it would waver by a second, which reads as a restart.
  const startedSeconds = Math.round(performance.timeOrigin / 1_000)
  return [
    ...metric('echo_signal_connections', 'gauge', 'Clients connected now.', stats.connections),
    ...metric('echo_signal_topics', 'gauge', 'Topics with a subscriber now.', stats.topics),
    ...metric('echo_signal_received_messages_total', 'counter', 'Messages taken from clients.', stats.received),
    ...metric('echo_signal_sent_messages_total', 'counter', 'Messages sent to clients.', stats.sent),
    ...metric('echo_signal_dropped_messages_total', 'counter', 'Messages that did not arrive, by reason.', stats.dropped),
    ...metric('echo_signal_refused_connections_total', 'counter', 'Connections that were not taken, by reason.', stats.refused),
    ...metric('echo_signal_broker_up', 'gauge', '0 while other instances are not reached.', stats.broker === 'lost' ? 0 : 1),
    ...metric('process_start_time_seconds', 'gauge', 'When the process started, in seconds since 1970.', startedSeconds),
    ...metric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', process.memoryUsage.rss()),
    '',
  ].join('\n')
}

function metric(name: string, type: 'counter' | 'gauge', help: string, value: number | Readonly<Record<string, number>>): string[] {
  const samples =
    typeof value === 'number'
      ? [`${name} ${value}`]
      : Object.entries(value).map(([reason, count]) => `${name}{reason="${reason}"} ${count}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples]
}

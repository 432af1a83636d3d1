import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Makers of a registry's metrics, so that a list of them reads as one: name, what it tells, labels (or buckets). */
export function instruments(registry: Registry) {
  const registers = [registry]
  return {
    counter: <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter<Label>({ name, help, labelNames, registers }),
    /** `collect`, where it is given, sets the gauge whenever it is asked for. */
    gauge: <Label extends string = never>(
      name: string,
      help: string,
      labelNames: Label[] = [],
      collect?: (gauge: Gauge<Label>) => void,
    ) =>
      new Gauge<Label>({
        name,
        help,
        labelNames,
        registers,
        ...(collect && {
          collect() {
            collect(this)
          },
        }),
      }),
    histogram: (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers }),
  }
}

import type { Logger } from 'pino';
import type { ServeConfigResult } from './config/read-serve-config.ts';
import { configChanges } from './config-changes.ts';
import type { Metrics } from './metrics.ts';
import type { ServeConfig } from './serve-config.ts';

/** What became of a configuration that a running server was given. */
export type ReloadOutcome = 'taken-over' | 'refused';

/** One after the other. A configuration with a mistake, or with something that cannot change, changes nothing. */
export type Reload = (read: ServeConfigResult) => Promise<ReloadOutcome>;

export function openReload(
  config: ServeConfig,
  takeOver: (config: ServeConfig) => Promise<void>,
  metrics: Metrics,
  log: Logger,
): Reload {
  const reloads = metrics.counter(
    'crossgate_config_reloads_total',
    'Configurations that the server was given while it ran, by what became of them.',
    ['result'],
    [['taken-over'], ['refused']],
  );
  let takenOverAt: number | undefined;
  metrics.gauge(
    'crossgate_config_last_reload_success_timestamp_seconds',
    'When a configuration was last taken over, since 1970.',
    () => takenOverAt,
  );
  let current = config;
  let underWay: Promise<unknown> = Promise.resolve();

  async function reload(read: ServeConfigResult): Promise<ReloadOutcome> {
    if (read.kind === 'problem') {
      for (const mistake of read.message.split('\n'))
        log.error({ mistake }, 'the new configuration is wrong');
      log.error('the configuration stays as it was: it has mistakes');
      return 'refused';
    }
    const { changeable, fixed } = configChanges(current, read.config);
    if (fixed.length > 0) {
      log.error(
        { keys: fixed },
        'the configuration stays as it was: to change these keys, restart the server',
      );
      return 'refused';
    }
    // A log that somebody handed over has a level of its own as long as nothing else is asked for.
    if (read.config.logLevel !== current.logLevel) log.level = read.config.logLevel;
    await takeOver(read.config);
    current = read.config;
    takenOverAt = Date.now() / 1000;
    for (const warning of read.warnings) log.warn({ warning }, 'the configuration is doubtful');
    log.info({ changed: changeable }, 'the configuration was taken over');
    return 'taken-over';
  }

  return read => {
    const done = underWay.then(async () => {
      const outcome = await reload(read).catch((error: unknown): ReloadOutcome => {
        log.error({ err: error }, 'the configuration could not be taken over');
        return 'refused';
      });
      reloads.increment(outcome);
      return outcome;
    });
    underWay = done;
    return done;
  };
}

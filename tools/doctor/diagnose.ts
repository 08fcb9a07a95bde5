/** Makes all checks at once. */
import type { Environment } from '../../src/config/reader.js';
import { doctorsDodo } from './calls.js';
import { CATALOG_TITLES, catalogChecks, readCatalogFile } from './checks/catalog.js';
import { ENDPOINT_TITLES, endpointChecks } from './checks/endpoint.js';
import { KEY_TITLES, keyChecks } from './checks/key.js';
import { ledgerChecks } from './checks/ledger.js';
import { METHOD_TITLES, methodChecks } from './checks/methods.js';
import { PRICE_TITLES, priceChecks } from './checks/prices.js';
import { temporalChecks } from './checks/temporal.js';
import { fail, notMade, pass, reportOf, runGroup, type Check, type Group, type Report } from './report.js';
import type { Subject } from './subject.js';

/** Everything is over by then, so that a person does not wait. */
const DEADLINE_MS = 4_300;

const NO_DODO = 'No Dodo is configured that could be asked.';

/** Examines a configuration. Reads only, and takes less than 5 seconds. */
export async function diagnose(subject: Subject, env: Environment): Promise<Report> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const { config, dodo: target } = subject;
  const { catalog, group: file } = await readCatalogFile(config.catalogPath);
  const groups: Group[] = [configGroup(subject)];
  if (target) {
    const dodo = doctorsDodo(target);
    groups.push(
      keyChecks(dodo, target),
      file,
      catalogChecks(dodo, catalog),
      endpointChecks(dodo, target, subject.webhookUrl),
      methodChecks(dodo),
      priceChecks(dodo, catalog),
    );
  } else {
    groups.push(
      notMade(KEY_TITLES, NO_DODO),
      file,
      notMade(CATALOG_TITLES, NO_DODO),
      notMade(ENDPOINT_TITLES, NO_DODO),
      notMade(METHOD_TITLES, NO_DODO),
      notMade(PRICE_TITLES, NO_DODO),
    );
  }
  groups.push(
    temporalChecks(
      {
        ...config.temporal,
        isOptional: !subject.isProduction && config.temporal.address === undefined,
        env: { ...env },
      },
      catalog,
    ),
    ledgerChecks(config.ledger),
  );
  const checks: Check[][] = await Promise.all(groups.map((group) => runGroup(group, deadline)));
  return reportOf(checks.flat());
}

function configGroup({ problems }: Subject): Group {
  const finding =
    problems.length === 0
      ? pass('Every variable is valid.')
      : fail(
          problems.map(({ name, message }) => `${name} ${message}`).join(' '),
          'Correct these variables; .env.example describes each of them.',
        );
  return { titles: { config: 'Configuration' }, run: (find) => Promise.resolve(find('config', finding)) };
}

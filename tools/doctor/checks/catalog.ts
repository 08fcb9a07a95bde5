/** Group 2: what the catalog names exists at Dodo, and is what the catalog takes it for. */
import type DodoPayments from 'dodopayments';
import { CatalogError, loadCatalog } from '../../../src/catalog/file/load.js';
import type { Dodo } from '../../../src/dodo/client.js';
import type { Catalog } from '../../../src/domain/offers.js';
import { ask, paced, type Answer } from '../calls.js';
import {
  addonsNamed,
  discountsNamed,
  productsNamed,
  productsTogether,
  soldActions,
  type Named,
} from '../catalog-ids.js';
import { fail, pass, unknown, type Finding, type Group } from '../report.js';

const FILE_TITLES = { 'catalog.file': 'Catalog file' };
export const CATALOG_TITLES = {
  'catalog.products': 'Products exist',
  'catalog.archived': 'Products are not archived',
  'catalog.kinds': 'Products are of the right kind',
  'catalog.currencies': 'Currencies of each funnel agree',
  'catalog.brands': 'Brands of each funnel agree',
  'catalog.addons': 'Add-ons exist',
  'catalog.discounts': 'Discounts are valid',
};

/** Loads the catalog and hands it on, with the finding about its file. */
export async function readCatalogFile(
  path: string,
): Promise<{ catalog?: Catalog; group: Group<keyof typeof FILE_TITLES> }> {
  const group = (finding: Finding): Group<keyof typeof FILE_TITLES> => ({
    titles: FILE_TITLES,
    run: (find) => Promise.resolve(find('catalog.file', finding)),
  });
  try {
    const catalog = await loadCatalog(path);
    const { offers, funnels } = catalog;
    const size = `${count(Object.keys(offers).length, 'offer')}, ${count(funnels.length, 'funnel')}`;
    return { catalog, group: group(pass(`${path} is valid: ${size}.`)) };
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    const [first = '', ...more] = error.message.split('\n');
    const rest = more.length === 0 ? '' : ` (and ${more.length} more lines)`;
    return {
      group: group(fail(`${first}${rest}`, `npm run catalog -- validate ${path} lists every mistake.`)),
    };
  }
}

type Product = DodoPayments.Product;
type Products = Map<string, Answer<Product>>;

export function catalogChecks(dodo: Dodo, catalog: Catalog | undefined): Group<keyof typeof CATALOG_TITLES> {
  return {
    titles: CATALOG_TITLES,
    async run(find) {
      if (!catalog) {
        for (const id of Object.keys(CATALOG_TITLES)) {
          find(id as keyof typeof CATALOG_TITLES, unknown('It depends on a catalog without mistakes.'));
        }
        return;
      }
      const named = productsNamed(catalog);
      await Promise.all([
        paced(named, async ({ id }) => [id, await ask(() => dodo.products.retrieve(id))] as const).then(
          (answers) => {
            const products: Products = new Map(answers);
            find('catalog.products', existenceOf('product', named, products));
            find('catalog.kinds', kindsOf(catalog, products));
            find('catalog.currencies', currenciesOf(catalog, products));
            find('catalog.brands', brandsOf(catalog, products));
          },
        ),
        archivedIds(dodo).then((archived) => find('catalog.archived', archivedOf(named, archived))),
        addonFinding(dodo, addonsNamed(catalog)).then((finding) => find('catalog.addons', finding)),
        discountFinding(dodo, discountsNamed(catalog)).then((finding) => find('catalog.discounts', finding)),
      ]);
    },
  };
}

function existenceOf(noun: string, named: Named[], answers: Map<string, Answer<unknown>>): Finding {
  if (named.length === 0) return pass(`The catalog names no ${noun}.`);
  const missing = named.filter(({ id }) => answers.get(id)?.kind === 'missing');
  if (missing.length > 0) {
    return fail(
      `Dodo does not have ${missing.map(describe).join(', ')}.`,
      `Correct these ids in the catalog: they must be those of your own ${noun}s, in this mode. Ids of live and test mode differ.`,
    );
  }
  const failed = firstFailure(answers.values());
  return failed ?? pass(`All ${named.length} exist.`);
}

function describe({ id, where }: Named): string {
  return `${id} (${where.join(', ')})`;
}

function firstFailure(answers: Iterable<Answer<unknown>>): Finding | undefined {
  for (const answer of answers) if (answer.kind === 'failed') return unknown(`${answer.why}.`);
  return undefined;
}

const PAGE_SIZE = 100;
const MAX_PAGES = 10;

async function archivedIds(dodo: Dodo): Promise<Answer<string[]>> {
  return ask(async () => {
    const ids: string[] = [];
    for (let page_number = 0; page_number < MAX_PAGES; page_number += 1) {
      const { items } = await dodo.products.list({ archived: true, page_number, page_size: PAGE_SIZE });
      ids.push(...items.map(({ product_id: id }) => id));
      if (items.length < PAGE_SIZE) break;
    }
    return ids;
  });
}

function archivedOf(named: Named[], archived: Answer<string[]>): Finding {
  if (archived.kind !== 'found') {
    return unknown(archived.kind === 'failed' ? `${archived.why}.` : 'Dodo lists no archived products.');
  }
  const gone = named.filter(({ id }) => archived.value.includes(id));
  if (gone.length === 0) return pass('None is.');
  return fail(
    `${gone.map(describe).join(', ')} ${gone.length === 1 ? 'is' : 'are'} archived, and cannot be sold.`,
    'Restore them in the Dodo dashboard, or name other products in the catalog.',
  );
}

function kindsOf(catalog: Catalog, products: Products): Finding {
  const wrong: string[] = [];
  let seen = 0;
  for (const { where, action } of soldActions(catalog)) {
    const answer = products.get(action.productId);
    if (answer?.kind !== 'found') continue;
    seen += 1;
    const isRecurring = answer.value.is_recurring;
    if (action.kind === 'change_plan' && !isRecurring) {
      wrong.push(`${where} changes the plan to ${action.productId}, which is paid once`);
    }
    if (action.kind === 'payment' && isRecurring) {
      wrong.push(`${where} sells ${action.productId} by one payment, and it is a subscription`);
    }
  }
  if (wrong.length > 0) {
    return fail(
      `${wrong.join('; ')}.`,
      'change_plan needs a recurring product and payment a one-time one; charge takes both.',
    );
  }
  return seen === 0
    ? unknown('No product of an offer could be read.')
    : pass('They are what their actions need.');
}

function currenciesOf(catalog: Catalog, products: Products): Finding {
  const mixed = mixedFunnels(catalog, products, currencyOf);
  const limited = Object.values(catalog.offers).flatMap((offer) => {
    const limit = offer.oneClickLimit ?? catalog.policy.oneClickLimit;
    if (!limit) return [];
    const currencies = soldActions({ ...catalog, offers: { [offer.id]: offer } }).flatMap(
      ({ action }) => valueOf(products, action.productId, currencyOf) ?? [],
    );
    return currencies
      .filter((currency) => limit[currency] === undefined)
      .map((currency) => `offers.${offer.id} sells in ${currency}, for which one_click_limit allows nothing`);
  });
  if (mixed.wrong.length + limited.length > 0) {
    return fail(
      `${[...mixed.wrong, ...limited].join('; ')}.`,
      'Offer products in the currency of the purchase, or make a funnel for each currency (when: { currency: ... }).',
    );
  }
  return mixed.seen === 0 ? unknown('No product could be read.') : pass('They do.');
}

function brandsOf(catalog: Catalog, products: Products): Finding {
  const { wrong, seen } = mixedFunnels(catalog, products, ({ brand_id: brand }) => brand);
  if (wrong.length > 0) {
    return fail(
      `${wrong.join('; ')}.`,
      "Offer products of the purchase's brand: customers, statements and subscriptions belong to one brand.",
    );
  }
  return seen === 0 ? unknown('No product could be read.') : pass('They do.');
}

function currencyOf({ price }: Product): string {
  return price.currency;
}

function valueOf(products: Products, id: string, read: (product: Product) => string): string | undefined {
  const answer = products.get(id);
  return answer?.kind === 'found' ? read(answer.value) : undefined;
}

/** Finds the funnels whose products differ in something. */
function mixedFunnels(catalog: Catalog, products: Products, read: (product: Product) => string) {
  const wrong: string[] = [];
  let seen = 0;
  for (const funnel of catalog.funnels) {
    const ids = productsTogether(catalog, funnel);
    const values = new Map<string, string[]>();
    for (const id of ids) {
      const value = valueOf(products, id, read);
      if (value === undefined) continue;
      seen += 1;
      values.set(value, [...(values.get(value) ?? []), id]);
    }
    if (values.size > 1) {
      const parts = [...values].map(([value, some]) => `${some.join(', ')} in ${value}`);
      wrong.push(`funnels.${funnel.id} brings together ${parts.join(' and ')}`);
    }
  }
  return { wrong, seen };
}

async function addonFinding(dodo: Dodo, named: Named[]): Promise<Finding> {
  const answers = await paced(
    named,
    async ({ id }) => [id, await ask(() => dodo.addons.retrieve(id))] as const,
  );
  return existenceOf('add-on', named, new Map<string, Answer<unknown>>(answers));
}

async function discountFinding(dodo: Dodo, named: Named[]): Promise<Finding> {
  if (named.length === 0) return pass('The catalog names no discount.');
  const answers = await paced(named, async (one) => ({
    one,
    answer: await ask(() => dodo.discounts.retrieveByCode(one.id)),
  }));
  const now = Date.now();
  const wrong = answers.flatMap(({ one, answer }) => {
    // Dodo answers 422 for a code that has expired or is used up.
    if (answer.kind === 'missing') return [`${describe(one)} does not exist`];
    if (answer.kind === 'failed')
      return /\b(?:409|410|422)\b/.test(answer.why) ? [`${describe(one)}: ${answer.why}`] : [];
    const { expires_at: expires, usage_limit: limit, times_used: used } = answer.value;
    if (expires != null && Date.parse(expires) <= now) return [`${describe(one)} expired at ${expires}`];
    return limit != null && used >= limit ? [`${describe(one)} is used up`] : [];
  });
  if (wrong.length > 0) {
    return fail(`${wrong.join('; ')}.`, 'Create the code in the Dodo dashboard, or leave discount_code out.');
  }
  return firstFailure(answers.map(({ answer }) => answer)) ?? pass(`All ${named.length} can be used.`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Codes a catalog may use: the currencies and countries Dodo Payments supports, and its subscription statuses. */

export const CURRENCIES: ReadonlySet<string> = codes(`
  AED ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CHF CLP CNY COP CRC
  CUP CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD
  JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
  MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SLL
  SOS SRD SSP STN SVC SZL THB TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
`);

export const COUNTRIES: ReadonlySet<string> = codes(`
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
  CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
  GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
  KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
  MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
  SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
  UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`);

/** Codes that ISO 3166 leaves to its users: `XX` for no country, `XK` for Kosovo, ... */
const USER_ASSIGNED_COUNTRY = /^(AA|Q[M-Z]|X[A-Z]|ZZ)$/;

export function isCountry(code: string): boolean {
  return COUNTRIES.has(code) || USER_ASSIGNED_COUNTRY.test(code);
}

export const SUBSCRIPTION_STATUSES: ReadonlySet<string> = new Set([
  'pending',
  'active',
  'on_hold',
  'paused',
  'cancelled',
  'failed',
  'expired',
  'past_due',
]);

/** ISO 4217 currencies whose minor unit is not a hundredth, by number of decimals. */
const ZERO_DIGITS = codes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF');
const THREE_DIGITS = codes('BHD IQD JOD KWD LYD OMR TND');
const FOUR_DIGITS = codes('CLF UYW');

/** Returns the number of decimals of a currency by ISO 4217: 2 for USD, 0 for JPY, 3 for KWD. */
export function currencyDigits(currency: string): number {
  if (ZERO_DIGITS.has(currency)) return 0;
  if (THREE_DIGITS.has(currency)) return 3;
  if (FOUR_DIGITS.has(currency)) return 4;
  return 2;
}

function codes(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

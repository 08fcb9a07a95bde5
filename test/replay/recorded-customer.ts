/**
 * Whoever buys while histories are recorded. Every value is one that nothing else would contain by chance, so that
 * none of them in a history means what it should: no personal data got there.
 */
export const RECORDED_CUSTOMER = {
  email: 'ottilie.recorded@example.com',
  name: 'Ottilie Aufgezeichnet',
  billing: {
    country: 'DE',
    street: 'Replaygasse 77',
    city: 'Historienstadt',
    state: 'BW',
    zipcode: 'REC-89073',
  },
  cards: { good: '5555555555554444', declinedLater: '4000000000000341' },
  cardExpiry: { expiry_month: '11', expiry_year: '2031' },
} as const;

/**
 * The customer of all recorded histories. Nothing else would contain these values by chance: a history without any of
 * them holds no personal data.
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

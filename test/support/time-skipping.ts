export { findTestServer, timeSkippingEnvironment } from '../../sandbox/simulation/time-skipping.js';

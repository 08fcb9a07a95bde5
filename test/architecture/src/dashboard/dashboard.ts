import { http } from '../http/http.js';

export const dashboard = http;

export * from '../../src/http/index.js';

// Runs Koop over services in a file, which is read anew at each request; ends when its standard input closes.
//
// Koop has no catalogue of its services: `/sample/rest/services` is ours, in the shape of ArcGIS Server's.
'use strict';

console.log = console.info = console.error; // Standard output says where we listen, and nothing else.

const { readFileSync } = require('node:fs');
const Koop = require('@koopjs/koop-core');

const [file] = process.argv.slice(2);
const services = () => JSON.parse(readFileSync(file, 'utf8'));
const silent = () => {};
const logger = { debug: silent, silly: silent, info: silent, warn: console.error, error: console.error };

class Model {
  async getData(request) {
    const service = services()[request.params.id];
    if (!service || service.error) {
      const problem = new Error(service ? 'Not for everybody' : 'Service not found');
      problem.code = service ? service.error : 404;
      throw problem;
    }
    if (request.params.layer === undefined) return service;
    const layer = [...service.layers, ...service.tables][Number(request.params.layer)];
    if (layer) return layer;
    throw Object.assign(new Error('Layer not found'), { code: 404 });
  }
}

const koop = new Koop({ logger });
koop.server.get('/sample/rest/services', (request, response) =>
  response.json({
    currentVersion: 11.2,
    folders: [],
    services: Object.keys(services()).map((name) => ({ name, type: 'FeatureServer' })),
  }),
);
koop.register({ type: 'provider', name: 'sample', version: '1.0.0', Model });

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
const server = koop.server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});

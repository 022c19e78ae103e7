// stdin → @grpc/grpc-js → stdout: a client of the gRPC edge for Node.js, told what to do by grpc_judge.py.
'use strict';

const fs = require('fs');
const readline = require('readline');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const tell = (facts) => console.log(JSON.stringify(facts));

const open = (order) => {
  const definition = loader.loadSync(order.proto, { keepCase: true, longs: String, enums: String, oneofs: true });
  const api = grpc.loadPackageDefinition(definition).tradestack.v1;
  const credentials = order.certificate
    ? grpc.credentials.createSsl(fs.readFileSync(order.certificate))
    : grpc.credentials.createInsecure();
  const metadata = new grpc.Metadata();
  const token = Buffer.from(`${order.user}:${order.password}`).toString('base64');
  metadata.set('authorization', `Basic ${token}`);
  return {
    feed: new api.Feed(order.address, credentials),
    orders: new api.OrderEntry(order.address, credentials),
    metadata,
  };
};

const follow = (call) => {
  call.on('data', (message) => tell({ message }));
  call.on('error', (error) => tell({ end: grpc.status[error.code], text: error.details }));
  call.on('end', () => {});
};

let edge = null;
let trade = null;
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if ('open' in command) {
    edge = open(command.open);
  } else if ('subscribe' in command) {
    follow(edge.feed.subscribe(command.subscribe, edge.metadata));
  } else if ('head' in command) {
    edge.feed.getHead({}, edge.metadata, (error, message) =>
      tell(error ? { end: grpc.status[error.code], text: error.details } : { message }));
  } else if ('trade' in command) {
    trade = edge.orders.trade(edge.metadata);
    follow(trade);
    trade.write({ login: command.trade });
  } else {
    trade.write(command.send);
  }
});

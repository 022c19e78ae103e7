// stdin → soupbintcp → stdout: the client for Node.js, told what to do as judge.py has it.
'use strict';

const readline = require('readline');
const soup = require('soupbintcp');

const tell = (event, facts) => console.log(JSON.stringify({ event, ...facts }));

const leave = (event, facts) => {
  tell(event, facts);
  process.exit(0);
};

const connect = (order) => {
  const client = new soup.Client({ host: order.host, port: order.port });
  client.on('connect', () => client.login({
    username: order.user,
    password: order.password,
    requestedSession: order.session,
    requestedSequenceNumber: order.sequence,
  }));
  client.on('accept', (login) => tell('accepted', {
    session: login.session.trim(), // it leaves the padding to its user
    next: login.sequenceNumber,
  }));
  client.on('reject', (login) => leave('rejected', { reason: login.rejectReasonCode }));
  client.on('message', (payload) => tell('message', { data: payload.toString('hex') }));
  client.on('ending', () => tell('ended'));
  client.on('end', () => leave('closed'));
  client.on('error', (error) => leave('lost', { reason: error.message }));
  return client;
};

let client = null;
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (client === null) {
    client = connect(command);
  } else if ('send' in command) {
    client.send(Buffer.from(command.send, 'hex'));
  } else {
    client.logout();
  }
});

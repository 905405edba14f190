// What get_state answers.
import { approval } from '../Assets/approvals.js';
import { conversation } from '../Assets/conversation.js';
import * as api from './api.js';
import { start } from './main.js';

const POINT = ['at_version', 'at_time', 'checkpoint'];

start([[/^\/console\/approvals\/([^/?]+)$/, approval]], (answer, input) => {
  const id = answer.conversation_id;
  const point = Object.fromEntries(POINT.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]));
  api.keep('get_state', { conversation_id: id, ...point }, answer);
  return conversation({ id, point });
});

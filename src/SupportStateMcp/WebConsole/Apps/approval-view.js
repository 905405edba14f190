// What get_approval, request_approval and list_pending_approvals answer.
import { approval, approvals } from '../Assets/approvals.js';
import * as api from './api.js';
import { can, start } from './main.js';

const one = (a) => {
  api.keep('get_approval', { approval_id: a.approval_id }, a);
  return approval({ id: a.approval_id });
};

start([[/^\/console\/approvals\/([^/?]+)$/, approval]], (answer, { queue, conversation_id: conversation }) => {
  if (!answer.approvals) return one(answer);
  const filter = Object.fromEntries(Object.entries({ queue, conversation_id: conversation }).filter(([, value]) => typeof value === 'string'));
  api.keep('list_pending_approvals', filter, answer);
  // Without the server an approval is what the list says of it.
  if (!can('get_approval')) answer.approvals.forEach(one);
  return approvals({ filter });
});

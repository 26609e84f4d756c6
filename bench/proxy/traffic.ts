/** What the load sends and the upstream answers: shared, so that each side can check the other. */
export const PATH = '/openai/v1/chat/completions'

export const REQUEST_BODY = JSON.stringify({
  model: 'gpt-5-mini',
  messages: [
    { role: 'system', content: 'You answer in one sentence and never mention that you are a benchmark.' },
    { role: 'user', content: 'Why do people rotate keys? '.repeat(12) },
  ],
})

export const RESPONSE_BODY = JSON.stringify({
  id: 'chatcmpl-0123456789abcdef',
  object: 'chat.completion',
  created: 1_795_305_600,
  model: 'gpt-5-mini',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'So that a lost key is soon worthless.' },
    },
  ],
  usage: { prompt_tokens: 104, completion_tokens: 9, total_tokens: 113 },
})

export const EVENT = `data: ${JSON.stringify({
  id: 'chatcmpl-0123456789abcdef',
  object: 'chat.completion.chunk',
  model: 'gpt-5-mini',
  choices: [{ index: 0, delta: { content: ' key' } }],
})}\n\n`

export const LAST_EVENT = 'data: [DONE]\n\n'

/** Bytes of a stream of so many events. */
export const streamBytes = (events: number): number => events * EVENT.length + LAST_EVENT.length

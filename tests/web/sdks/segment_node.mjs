// A product that uses @segment/analytics-node: `node segment_node.mjs WRITE_KEY URL HOW_MANY`.
import { Analytics } from '@segment/analytics-node'

const [key, host, many] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: key, host, flushAt: 20, maxRetries: 10 })
analytics.on('error', (error) => console.error(error))
analytics.identify({ userId: 'ada', traits: { email: 'ada@acme.example' } })
analytics.group({ userId: 'ada', groupId: 'acme', traits: { mrr: 1200 } })
for (let number = 0; number < Number(many); number++) {
  analytics.track({ userId: 'ada', event: 'report_sent', properties: { number } })
}
analytics.page({ userId: 'ada', category: 'docs', name: 'Pricing' })
analytics.screen({ userId: 'ada', category: 'app', name: 'Home' })
analytics.alias({ userId: 'ada', previousId: 'cookie' })
await analytics.closeAndFlush()

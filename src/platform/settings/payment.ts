/** A provider's keys; its gateway is there once they are. */
export interface StripeSettings {
  readonly secretKey: string;
  /** Undefined: the provider's own address. */
  readonly baseUrl: string | undefined;
}

export interface RazorpaySettings {
  readonly keyId: string;
  readonly keySecret: string;
  readonly baseUrl: string | undefined;
}

export interface PaymentSettings {
  readonly stripe: StripeSettings | undefined;
  readonly razorpay: RazorpaySettings | undefined;
  /** Secrets that incoming webhooks are signed with; undefined: that gateway's webhooks are not taken. */
  readonly webhookSecrets: {
    readonly local: string | undefined;
    readonly stripe: string | undefined;
    readonly razorpay: string | undefined;
  };
  /** Where the local gateway sends its webhooks. */
  readonly localWebhookUrl: string | undefined;
}

export const PAYMENT_SETTINGS = {
  GATEWAY_WEBHOOK_URL: [
    '',
    'where the local gateway sends its webhooks, the address of /v1/webhooks/local; unset: with `start`, to its own web',
  ],
  GATEWAY_WEBHOOK_SECRET: ['', 'secret that they are signed with; unset: with `start`, one made for its lifetime'],
  STRIPE_SECRET_KEY: ['', 'secret key of Stripe; unset: no payments by it'],
  STRIPE_WEBHOOK_SECRET: ['', 'signing secret of its webhook endpoint; unset: its webhooks are not taken'],
  STRIPE_BASE_URL: ['', "another address than Stripe's own, for tests"],
  RAZORPAY_KEY_ID: ['', 'key id of Razorpay; unset: no payments by it'],
  RAZORPAY_KEY_SECRET: ['', 'its key secret'],
  RAZORPAY_WEBHOOK_SECRET: ['', 'secret of its webhook; unset: its webhooks are not taken'],
  RAZORPAY_BASE_URL: ['', "another address than Razorpay's own, for tests"],
} as const satisfies Record<string, readonly [byDefault: string, meaning: string]>;

type PaymentSettingName = keyof typeof PAYMENT_SETTINGS;

interface Reader {
  readonly optional: (name: PaymentSettingName) => string | undefined;
  readonly url: (name: string, value: string | undefined, schemes: readonly string[]) => string | undefined;
  readonly fault: (name: string, problem: string) => void;
}

const SHORTEST_SECRET = 16;

export function readPaymentSettings({ optional, url, fault }: Reader): PaymentSettings {
  const address = (name: PaymentSettingName) => url(name, optional(name), ['http:', 'https:']);
  const webhookSecret = (name: PaymentSettingName) => {
    const secret = optional(name);
    if (secret !== undefined && secret.length < SHORTEST_SECRET) {
      fault(name, `must have at least ${SHORTEST_SECRET} characters, so that nobody guesses it`);
    }
    return secret;
  };
  const stripeKey = optional('STRIPE_SECRET_KEY');
  const keyId = optional('RAZORPAY_KEY_ID');
  const keySecret = optional('RAZORPAY_KEY_SECRET');
  if ((keyId === undefined) !== (keySecret === undefined)) {
    const missing = keyId === undefined ? 'RAZORPAY_KEY_ID' : 'RAZORPAY_KEY_SECRET';
    fault(missing, 'is not set, but the other of the two is');
  }
  const stripeBaseUrl = address('STRIPE_BASE_URL');
  const razorpayBaseUrl = address('RAZORPAY_BASE_URL');
  return {
    stripe: stripeKey === undefined ? undefined : { secretKey: stripeKey, baseUrl: stripeBaseUrl },
    razorpay:
      keyId === undefined || keySecret === undefined ? undefined : { keyId, keySecret, baseUrl: razorpayBaseUrl },
    webhookSecrets: {
      local: webhookSecret('GATEWAY_WEBHOOK_SECRET'),
      stripe: webhookSecret('STRIPE_WEBHOOK_SECRET'),
      // Chosen by hand in Razorpay's dashboard, which asks for no length.
      razorpay: optional('RAZORPAY_WEBHOOK_SECRET'),
    },
    localWebhookUrl: address('GATEWAY_WEBHOOK_URL'),
  };
}

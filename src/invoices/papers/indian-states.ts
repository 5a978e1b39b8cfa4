/** A state or union territory of India, as GST counts them. */
export interface IndianState {
  /** The two digits that begin a GSTIN. */
  readonly code: string;
  readonly name: string;
}

/** Code for GST, letters of ISO 3166-2:IN, name; 97 is what GST calls other territory. */
const STATES = [
  '01 JK Jammu and Kashmir',
  '02 HP Himachal Pradesh',
  '03 PB Punjab',
  '04 CH Chandigarh',
  '05 UK Uttarakhand',
  '06 HR Haryana',
  '07 DL Delhi',
  '08 RJ Rajasthan',
  '09 UP Uttar Pradesh',
  '10 BR Bihar',
  '11 SK Sikkim',
  '12 AR Arunachal Pradesh',
  '13 NL Nagaland',
  '14 MN Manipur',
  '15 MZ Mizoram',
  '16 TR Tripura',
  '17 ML Meghalaya',
  '18 AS Assam',
  '19 WB West Bengal',
  '20 JH Jharkhand',
  '21 OD Odisha',
  '22 CG Chhattisgarh',
  '23 MP Madhya Pradesh',
  '24 GJ Gujarat',
  '26 DH Dadra and Nagar Haveli and Daman and Diu',
  '27 MH Maharashtra',
  '29 KA Karnataka',
  '30 GA Goa',
  '31 LD Lakshadweep',
  '32 KL Kerala',
  '33 TN Tamil Nadu',
  '34 PY Puducherry',
  '35 AN Andaman and Nicobar Islands',
  '36 TS Telangana',
  '37 AP Andhra Pradesh',
  '38 LA Ladakh',
  '97 OT Other Territory',
] as const;

const BY_EVERY_NAME: ReadonlyMap<string, IndianState> = new Map(
  STATES.flatMap((entry) => {
    const [code = '', letters = '', ...words] = entry.split(' ');
    const state = { code, name: words.join(' ') };
    return [code, letters, `IN-${letters}`, state.name, `${code}-${state.name}`].map(
      (name) => [name.toUpperCase(), state] as const,
    );
  }),
);

/** The state that a shop means by `29`, `KA`, `IN-KA`, `Karnataka` or `29-Karnataka`; undefined: none that we know. */
export function indianState(text: string): IndianState | undefined {
  return BY_EVERY_NAME.get(text.trim().toUpperCase());
}

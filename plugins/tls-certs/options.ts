import { z } from 'zod';

const path = z.string().min(1);

const pem = z.strictObject({
  cert: path.describe('PEM file with the certificate, those between it and its authority behind it.'),
  key: path.optional().describe('PEM file with its key; default: the file of `cert`.'),
  passphrase: z.string().optional().describe('Opens an encrypted key.'),
});

const pkcs12 = z.strictObject({
  pkcs12: path.describe('PKCS#12 file with certificate and key.'),
  passphrase: z.string().default('').describe('Opens it.'),
});

export const options = z
  .strictObject({
    certificates: z
      .array(z.union([pem, pkcs12]))
      .default([])
      .describe('Files, one entry for each certificate.'),
    directory: path
      .optional()
      .describe(
        'Folder whose files, and those of its subfolders, are searched for certificates and their keys.',
      ),
    passphrase: z.string().optional().describe('Opens what is encrypted in `directory`.'),
    default: z
      .union([z.literal(false), z.string()])
      .optional()
      .describe(
        'Name whose certificate is for clients that ask for none, or for one that is unknown; `false`: they are refused; default: the first certificate.',
      ),
    watch: z.boolean().default(true).describe('Reads files again when they change.'),
    expiryWarningDays: z
      .int()
      .positive()
      .default(21)
      .describe('So long before a certificate expires the log begins to warn.'),
  })
  .refine(({ certificates, directory }) => certificates.length > 0 || directory !== undefined, {
    message: 'needs certificates or a directory',
  });

export type Options = z.output<typeof options>;
export type PemFiles = z.output<typeof pem>;
export type Pkcs12File = z.output<typeof pkcs12>;

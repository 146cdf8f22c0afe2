/** A certificate that is valid until the year 9966, so that the service accepts it. Its key was discarded. */
export const CERTIFICATE_EXAMPLE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBhTCCASqgAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVhdXRob3Jp',
  'dHkuZXhhbXBsZS5jb20wIBcNMjYxMTMwMTc1NTU0WhgPOTk2NjExMDUxNzU1NTRa',
  'MCAxHjAcBgNVBAMMFWF1dGhvcml0eS5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEG',
  'CCqGSM49AwEHA0IABP7t8SeE3yFkmGnvURAiztd0/7sYCKSKHKsO3oVqvdoEfAZO',
  'D782x49wyYfVkzrpY1WPbAy9J2k33Dhy/GUhyRajUzBRMB0GA1UdDgQWBBT4m+NL',
  'SrYAaGA/NyBF9Y0xHjvojzAfBgNVHSMEGDAWgBT4m+NLSrYAaGA/NyBF9Y0xHjvo',
  'jzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQC7ntkANTHP2nAr',
  'x+ezhFjnO97bi/F/YkCDdzH7iYZLngIhAJfKIsw7ez38o8ZQwK6z6I/8a/I2AdIO',
  'FQ1QUVl0ADLo',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
